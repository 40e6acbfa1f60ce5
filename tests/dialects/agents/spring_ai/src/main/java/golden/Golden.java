package golden;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Spring AI: a chat client with a tool, on an OpenAI model. */
@SpringBootApplication
public class Golden {
    static final String PROMPT = "Which way does the Danube flow?";

    static class Rivers {
        @Tool(name = "current_of", description = "Tell the current of a river.")
        String currentOf(String river) {
            return river + ": east";
        }
    }

    public static void main(String[] arguments) {
        SpringApplication.exit(SpringApplication.run(Golden.class, arguments));
    }

    @Bean
    CommandLineRunner play(ChatClient.Builder builder) {
        return arguments -> {
            ChatClient client = builder.build();
            switch (arguments[0]) {
                case "stream" -> client.prompt(PROMPT).stream().content().collectList().block();
                case "tool" -> client.prompt(PROMPT).tools(new Rivers()).call().content();
                case "error" -> {
                    try {
                        client.prompt(PROMPT).call().content();
                    } catch (RuntimeException fault) {
                        System.out.println(fault.getClass().getSimpleName());
                    }
                }
                default -> client.prompt(PROMPT).call().content();
            }
        };
    }
}
