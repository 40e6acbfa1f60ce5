from spanwise_collector.price.names import Name, names


def test_a_provider_is_named_as_the_price_table_names_it():
    assert list(names("x_ai", "grok-4")) == [Name("x-ai", "grok-4")]
    assert list(names("groq", "m")) == [Name("groq", "m")]


def test_a_route_before_the_model_is_taken_off_and_names_an_unknown_provider():
    assert list(names(None, "azure/gpt-4o")) == [Name(None, "azure/gpt-4o"), Name("azure", "gpt-4o")]
    assert list(names("openrouter", "openai/gpt-4o")) == [
        Name("openrouter", "openai/gpt-4o"), Name("openrouter", "gpt-4o"),
    ]  # fmt: skip
    assert list(names(None, "bedrock/converse/m"))[1] == Name("aws", "m")


def test_a_bedrock_profile_is_its_last_part():
    arn = "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-3-haiku-20240307-v1:0"
    assert list(names("aws.bedrock", arn))[1] == Name("aws", "eu.anthropic.claude-3-haiku-20240307-v1:0")


def test_a_fine_tuned_model_is_tried_as_itself_before_its_base():
    assert list(names("openai", "ft:gpt-4o:org::x")) == [
        Name("openai", "ft:gpt-4o:org::x"), Name("openai", "gpt-4o", exact=False),
    ]  # fmt: skip
