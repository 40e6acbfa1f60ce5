
g
=

service.name
claude-code

service.version	
2.1.329&
$
com.anthropic.claude_code2.1.329