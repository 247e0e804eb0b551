/* The configuration of the HTTP server:
 *
 *   http
 *    listen 192.0.2.20 8080
 *    tls certificate /etc/crosspoint/gateway.pem key /etc/crosspoint/gateway.key
 *    host gateway.example.com
 *    user anna password $6$... role operator
 *    token prometheus sha256 9f86d0... role viewer
 *    anonymous viewer
 *    connections 100
 *    timeout 30
 */
#include "manage/http/http_config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"

enum {
	PORT = 8080,
	CONNECTIONS = 100,
	TIMEOUT_S = 30,
	ROUNDS_MAX = 50000, /* of SHA-512 crypt: about 16 ms in which nothing else is done */
	HASH_CHARACTERS = 86,
	SALT_MAX = 16,
};

static const char *const roles[] = {
	[HTTP_NOBODY] = "nobody",
	[HTTP_VIEWER] = "viewer",
	[HTTP_OPERATOR] = "operator",
	[HTTP_ADMIN] = "admin",
};

const char *http_role_name(enum http_role role)
{
	return roles[role];
}

static enum http_role role_named(const char *name)
{
	for (enum http_role role = HTTP_VIEWER; role <= HTTP_ADMIN; role++)
		if (strcmp(roles[role], name) == 0)
			return role;
	return HTTP_NOBODY;
}

static void init_value(void *section_value)
{
	struct http_config *value = section_value;

	strcpy(value->address, "127.0.0.1");
	value->port = PORT;
	value->connections = CONNECTIONS;
	value->timeout_s = TIMEOUT_S;
}

static struct http_config *edited(void)
{
	return config_candidate(&http_section);
}

#define HTTP_STR "The HTTP server: web page, API, events and metrics\n"

DEFUN(http, http_cmd, "http", HTTP_STR)
{
	edited()->on = true;
	return config_section_enter(vty, NODE_HTTP, &edited()->line);
}

DEFUN_ATTR(no_http, no_http_cmd, "no http", NO_STR HTTP_STR, CONFIG_TERMINAL_ONLY)
{
	memset(edited(), 0, sizeof(*edited()));
	init_value(edited());
	return CMD_SUCCESS;
}

DEFUN(http_listen, http_listen_cmd, "listen ADDRESS [<1-65535>]",
      "Where it listens, on TCP\nAn address of this machine, 127.0.0.1 by default\n"
      "Port, 8080 by default\n")
{
	if (config_set_address(vty, "listen", argv[0], edited()->address) != CMD_SUCCESS)
		return CMD_WARNING;
	edited()->port = argc > 1 ? atoi(argv[1]) : PORT;
	return CMD_SUCCESS;
}

#define TLS_STR "HTTPS\n"

DEFUN(http_tls, http_tls_cmd, "tls certificate FILE key FILE",
      TLS_STR "Our certificate and its chain, PEM\nA path\n"
	      "Its key, PEM without a password\nA path\n")
{
	if (config_set_text(vty, "certificate", argv[0], edited()->certificate, HTTP_FILE_MAX))
		return CMD_WARNING;
	return config_set_text(vty, "key", argv[1], edited()->key, HTTP_FILE_MAX);
}

DEFUN_ATTR(no_http_tls, no_http_tls_cmd, "no tls", NO_STR TLS_STR, CONFIG_TERMINAL_ONLY)
{
	*edited()->certificate = *edited()->key = '\0';
	return CMD_SUCCESS;
}

#define HOST_STR                                                                                   \
	"A name that it is called by, besides localhost and addresses, by default none; others "   \
	"are refused\n"                                                                            \
	"Name, as in the URL\n"

static char *host_named(const char *name)
{
	for (size_t i = 0; i < edited()->n_hosts; i++)
		if (strcasecmp(edited()->hosts[i], name) == 0)
			return edited()->hosts[i];
	return NULL;
}

DEFUN(http_host, http_host_cmd, "host NAME", HOST_STR)
{
	if (!*argv[0] || strspn(argv[0], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-.") != strlen(argv[0]))
		return config_reject(
			vty, "host \"%s\" is no name; letters, digits, - and . are right", argv[0]);
	if (host_named(argv[0]))
		return CMD_SUCCESS;
	if (edited()->n_hosts == HTTP_HOSTS_MAX)
		return config_reject(vty, "host \"%s\" is one too many; up to %d are right",
				     argv[0], HTTP_HOSTS_MAX);
	if (config_set_text(vty, "host", argv[0], edited()->hosts[edited()->n_hosts],
			    HTTP_HOST_MAX))
		return CMD_WARNING;
	edited()->n_hosts++;
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_http_host, no_http_host_cmd, "no host NAME", NO_STR HOST_STR, CONFIG_TERMINAL_ONLY)
{
	char *host = host_named(argv[0]);

	if (!host)
		return config_reject(vty, "there is no host %s", argv[0]);
	memmove(host, host + HTTP_HOST_MAX,
		(edited()->hosts[--edited()->n_hosts] - host) * sizeof(char));
	return CMD_SUCCESS;
}

/* "$6$salt$hash" or "$6$rounds=N$salt$hash" of crypt(5), with bounded rounds. */
static bool is_hash(const char *text)
{
	static const char characters[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t salt;

	if (strncmp(text, "$6$", 3) != 0)
		return false;
	text += 3;
	if (strncmp(text, "rounds=", 7) == 0) {
		char *end;
		unsigned long rounds = strtoul(text + 7, &end, 10);

		if (!isdigit((unsigned char)text[7]) || rounds < 1000 || rounds > ROUNDS_MAX ||
		    *end != '$')
			return false;
		text = end + 1;
	}
	salt = strspn(text, characters);
	if (!salt || salt > SALT_MAX || text[salt] != '$')
		return false;
	text += salt + 1;
	return strspn(text, characters) == HASH_CHARACTERS && !text[HASH_CHARACTERS];
}

#define ROLE_STR                                                                                   \
	"What he may do\n"                                                                         \
	"Read\nRead, lock and unlock, clear calls, acknowledge\n"                                  \
	"Everything: place calls, make faults on purpose\n"
#define USER_STR "Somebody who signs in on the web page\nHis name\n"

static struct http_user_config *user_named(const char *name)
{
	for (size_t i = 0; i < edited()->n_users; i++)
		if (strcmp(edited()->users[i].name, name) == 0)
			return &edited()->users[i];
	return NULL;
}

DEFUN(http_user, http_user_cmd, "user NAME password HASH role (viewer|operator|admin)",
      USER_STR "The password's hash, as `openssl passwd -6` prints it\nIt\n" ROLE_STR)
{
	struct http_user_config *user = user_named(argv[0]), new = { 0 };

	if (!user && edited()->n_users == HTTP_USERS_MAX)
		return config_reject(vty, "user \"%s\" is one too many; up to %d are right",
				     argv[0], HTTP_USERS_MAX);
	if (config_set_name(vty, "user", argv[0], new.name, sizeof(new.name)))
		return CMD_WARNING;
	if (!is_hash(argv[1]))
		return config_reject(vty,
				     "user %s: the password's hash is wrong; what `openssl passwd "
				     "-6` prints is right, with up to %d rounds",
				     argv[0], ROUNDS_MAX);
	if (config_set_secret(vty, "password", argv[1], new.hash, sizeof(new.hash)))
		return CMD_WARNING;
	new.role = role_named(argv[2]);
	*(user ? user : &edited()->users[edited()->n_users++]) = new;
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_http_user, no_http_user_cmd, "no user NAME", NO_STR USER_STR, CONFIG_TERMINAL_ONLY)
{
	struct http_user_config *user = user_named(argv[0]);

	if (!user)
		return config_reject(vty, "there is no user %s", argv[0]);
	memmove(user, user + 1, (char *)&edited()->users[edited()->n_users] - (char *)(user + 1));
	edited()->n_users--;
	return CMD_SUCCESS;
}

#define TOKEN_STR "A program that asks, with `Authorization: Bearer TOKEN`\nIts name\n"

static struct http_token_config *token_named(const char *name)
{
	for (size_t i = 0; i < edited()->n_tokens; i++)
		if (strcmp(edited()->tokens[i].name, name) == 0)
			return &edited()->tokens[i];
	return NULL;
}

DEFUN(http_token, http_token_cmd, "token NAME sha256 HASH role (viewer|operator|admin)",
      TOKEN_STR "The token's hash, as `printf %s TOKEN | sha256sum` prints it\nIt\n" ROLE_STR)
{
	struct http_token_config *token = token_named(argv[0]), new = { 0 };

	if (!token && edited()->n_tokens == HTTP_TOKENS_MAX)
		return config_reject(vty, "token \"%s\" is one too many; up to %d are right",
				     argv[0], HTTP_TOKENS_MAX);
	if (config_set_name(vty, "token", argv[0], new.name, sizeof(new.name)))
		return CMD_WARNING;
	if (strlen(argv[1]) != 2 * HTTP_TOKEN_OCTETS ||
	    osmo_hexparse(argv[1], new.sha256, sizeof(new.sha256)) != HTTP_TOKEN_OCTETS)
		return config_reject(vty,
				     "token %s: the hash is wrong; %d hexadecimal digits are "
				     "right, as sha256sum prints them",
				     argv[0], 2 * HTTP_TOKEN_OCTETS);
	new.role = role_named(argv[2]);
	*(token ? token : &edited()->tokens[edited()->n_tokens++]) = new;
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_http_token, no_http_token_cmd, "no token NAME", NO_STR TOKEN_STR,
	   CONFIG_TERMINAL_ONLY)
{
	struct http_token_config *token = token_named(argv[0]);

	if (!token)
		return config_reject(vty, "there is no token %s", argv[0]);
	memmove(token, token + 1,
		(char *)&edited()->tokens[edited()->n_tokens] - (char *)(token + 1));
	edited()->n_tokens--;
	return CMD_SUCCESS;
}

#define ANONYMOUS_STR                                                                              \
	"What everybody on this machine may do, without saying who he is; by default nothing\n"

DEFUN(http_anonymous, http_anonymous_cmd, "anonymous (viewer|operator|admin)",
      ANONYMOUS_STR "Read\nRead, lock and unlock, clear calls, acknowledge\nEverything\n")
{
	edited()->anonymous = role_named(argv[0]);
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_http_anonymous, no_http_anonymous_cmd, "no anonymous", NO_STR ANONYMOUS_STR,
	   CONFIG_TERMINAL_ONLY)
{
	edited()->anonymous = HTTP_NOBODY;
	return CMD_SUCCESS;
}

DEFUN(http_connections, http_connections_cmd, "connections <4-1000>",
      "Connections at a time, 100 by default\nHow many\n")
{
	edited()->connections = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(http_timeout, http_timeout_cmd, "timeout <1-300>",
      "For a whole request, and for its answer, 30 by default\nSeconds\n")
{
	edited()->timeout_s = atoi(argv[0]);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_HTTP, "%s(config-http)# ", 1, .name = "http" };
	static struct cmd_element *const elements[] = {
		&http_listen_cmd,    &http_tls_cmd,          &no_http_tls_cmd,
		&http_host_cmd,      &no_http_host_cmd,      &http_user_cmd,
		&no_http_user_cmd,   &http_token_cmd,        &no_http_token_cmd,
		&http_anonymous_cmd, &no_http_anonymous_cmd, &http_connections_cmd,
		&http_timeout_cmd,
	};

	install_element(CONFIG_NODE, &http_cmd);
	install_element(CONFIG_NODE, &no_http_cmd);
	install_node(&node, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(elements); i++)
		install_element(NODE_HTTP, elements[i]);
}

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct http_config *value = config_get(config, &http_section);
	const bool far = !is_loopback(value->address);

	if (!value->on)
		return;
	if (far && !*value->certificate)
		config_fault_option(report, value->line, "listen",
				    "http listens on %s without TLS: passwords could be read on "
				    "the way; `tls certificate FILE key FILE`, or a loopback "
				    "address as 127.0.0.1, is right",
				    value->address);
	if (far && value->anonymous)
		config_fault_option(report, value->line, "anonymous",
				    "http listens on %s, where anonymous would be anyone; users "
				    "and tokens, or a loopback address as 127.0.0.1, are right",
				    value->address);
	if (!value->n_users && !value->n_tokens && !value->anonymous)
		config_fault_option(report, value->line, NULL,
				    "http lets nobody in; a `user`, a `token` or `anonymous "
				    "viewer` is right");
}

static void write_tokens(const struct http_config *value, struct vty *vty)
{
	for (size_t i = 0; i < value->n_tokens; i++) {
		const struct http_token_config *token = &value->tokens[i];
		char hex[2 * HTTP_TOKEN_OCTETS + 1];

		osmo_hexdump_buf(hex, sizeof(hex), token->sha256, HTTP_TOKEN_OCTETS, NULL, false);
		vty_out(vty, " token %s sha256 %s role %s\n", token->name, hex, roles[token->role]);
	}
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct http_config *value = section_value;

	if (!value->on)
		return;
	vty_out(vty, "http\n");
	vty_out(vty, " listen %s %u\n", value->address, value->port);
	if (*value->certificate)
		vty_out(vty, " tls certificate %s key %s\n", value->certificate, value->key);
	for (size_t i = 0; i < value->n_hosts; i++)
		vty_out(vty, " host %s\n", value->hosts[i]);
	for (size_t i = 0; i < value->n_users; i++)
		vty_out(vty, " user %s password %s role %s\n", value->users[i].name,
			value->users[i].hash, roles[value->users[i].role]);
	write_tokens(value, vty);
	if (value->anonymous)
		vty_out(vty, " anonymous %s\n", roles[value->anonymous]);
	vty_out(vty, " connections %u\n", value->connections);
	vty_out(vty, " timeout %u\n", value->timeout_s);
}

const struct config_section http_section = {
	.size = sizeof(struct http_config),
	.init = init_value,
	.install = install,
	.validate = validate,
	.write = write_value,
};
