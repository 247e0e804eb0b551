/* The commands of a look-up's node:
 *
 *   lookup portability
 *    http http://127.0.0.1:8090/number
 *    token secret 0123abcd
 *    timeout 2000
 *    cache 10000 3600
 *    cache-negative 60
 *    on-failure refuse 41
 *
 *   lookup numbers
 *    enum e164.arpa
 *    dns-server 192.0.2.53
 *    domain carrier.example peer carrier
 *    domain any peer sbc
 */
#include "call/lookup_vty.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "base/fetch.h"
#include "call/lookup_config.h"

enum { DNS_PORT = 53, TIMEOUT_MS = 2000, CACHE = 1000, CACHE_S = 60, NEGATIVE_S = 10 };

void lookup_vty_init(void *item)
{
	struct lookup_config *lookup = item;

	lookup->timeout_ms = TIMEOUT_MS;
	lookup->cache = CACHE;
	lookup->cache_s = CACHE_S;
	lookup->negative_s = NEGATIVE_S;
}

DEFUN(lookup_http, lookup_http_cmd, "http URL",
      "Asks an HTTP server, which answers JSON\nhttp://... or https://...; what is called, who "
      "calls and from where is appended\n")
{
	struct lookup_config *item = vty->index;
	char shown[LOOKUP_URL_MAX];

	if (!fetch_is_url(argv[0]) || strchr(argv[0], '#')) {
		osmo_strlcpy(shown, argv[0], sizeof(shown));
		config_hide_secrets(shown);
		return config_reject(vty,
				     "http \"%s\" is no URL to ask; http or https, without a user "
				     "and #, as http://127.0.0.1:8090/number, is right",
				     shown);
	}
	*item->suffix = '\0';
	return config_set_secret(vty, "http", argv[0], item->url, sizeof(item->url));
}

/* A name of DNS, RFC 1035 2.3.1. */
static bool is_domain(const char *text)
{
	return *text && *text != '.' && !strstr(text, "..") &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
		       strlen(text);
}

DEFUN(lookup_enum, lookup_enum_cmd, "enum SUFFIX",
      "Asks DNS for the called number (ENUM), with the country code\n"
      "What names of numbers end in, as e164.arpa\n")
{
	struct lookup_config *item = vty->index;

	if (!is_domain(argv[0]))
		return config_reject(vty, "enum \"%s\" is no domain; e164.arpa, say, is right",
				     argv[0]);
	*item->url = '\0';
	return config_set_text(vty, "enum", argv[0], item->suffix, sizeof(item->suffix));
}

#define SERVER_STR "The DNS server that is asked; by default the system's\n"

DEFUN(lookup_server, lookup_server_cmd, "dns-server ADDRESS [<1-65535>]",
      SERVER_STR "Its address\nPort, 53 by default\n")
{
	struct lookup_config *item = vty->index;

	item->port = argc > 1 ? (uint16_t)atoi(argv[1]) : DNS_PORT;
	return config_set_address(vty, "dns-server", argv[0], item->server);
}

DEFUN(no_lookup_server, no_lookup_server_cmd, "no dns-server", NO_STR SERVER_STR)
{
	struct lookup_config *item = vty->index;

	item->server[0] = '\0';
	item->port = 0;
	return CMD_SUCCESS;
}

#define DOMAIN_STR                                                                                 \
	"Which peer has the addresses that DNS answers; the first that fits\n"                     \
	"An address's host, or `any`\n"

static struct lookup_domain *domain_of(struct lookup_config *item, const char *host)
{
	for (unsigned i = 0; i < item->n_domains; i++) {
		if (strcasecmp(item->domains[i].host, strcmp(host, "any") ? host : "") == 0)
			return &item->domains[i];
	}
	return NULL;
}

DEFUN(lookup_domain, lookup_domain_cmd, "domain HOST peer NAME", DOMAIN_STR "A peer\nIts name\n")
{
	struct lookup_config *item = vty->index;
	struct lookup_domain *there = domain_of(item, argv[0]), new = { 0 };

	if (strcmp(argv[0], "any") != 0 &&
	    config_set_text(vty, "domain", argv[0], new.host, sizeof(new.host)))
		return CMD_WARNING;
	if (config_set_name(vty, "peer", argv[1], new.peer, sizeof(new.peer)))
		return CMD_WARNING;
	if (!there && item->n_domains == LOOKUP_DOMAINS_MAX)
		return config_reject(vty, "domain %s is one too many; up to %d are right", argv[0],
				     LOOKUP_DOMAINS_MAX);
	*(there ? there : &item->domains[item->n_domains++]) = new;
	return CMD_SUCCESS;
}

DEFUN(no_lookup_domain, no_lookup_domain_cmd, "no domain HOST", NO_STR DOMAIN_STR)
{
	struct lookup_config *item = vty->index;
	struct lookup_domain *there = domain_of(item, argv[0]);

	if (!there)
		return config_reject(vty, "lookup %s has no domain %s", item->name, argv[0]);
	memmove(there, there + 1,
		(size_t)((char *)&item->domains[item->n_domains] - (char *)(there + 1)));
	item->n_domains--;
	return CMD_SUCCESS;
}

#define TOKEN_STR "Sent along, as `Authorization: Bearer TOKEN`; by default none\n"

DEFUN(lookup_token, lookup_token_cmd, "token secret TOKEN",
      TOKEN_STR "Not shown\nWhat the server gave us\n")
{
	struct lookup_config *item = vty->index;

	return config_set_secret(vty, "token secret", argv[0], item->token, sizeof(item->token));
}

DEFUN(no_lookup_token, no_lookup_token_cmd, "no token", NO_STR TOKEN_STR)
{
	struct lookup_config *item = vty->index;

	item->token[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(lookup_timeout, lookup_timeout_cmd, "timeout <50-10000>",
      "For an answer, 2000 by default: so long a call waits at most\nMilliseconds\n")
{
	struct lookup_config *item = vty->index;

	item->timeout_ms = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

#define CACHE_STR "Answers are kept, 1000 for 60 seconds by default\n"

DEFUN(lookup_cache, lookup_cache_cmd, "cache <1-1000000> <1-86400>",
      CACHE_STR "How many; the one used longest ago gives way\nSeconds\n")
{
	struct lookup_config *item = vty->index;

	item->cache = (unsigned)atoi(argv[0]);
	item->cache_s = (unsigned)atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(no_lookup_cache, no_lookup_cache_cmd, "no cache", NO_STR CACHE_STR)
{
	struct lookup_config *item = vty->index;

	item->cache = 0;
	return CMD_SUCCESS;
}

DEFUN(lookup_negative, lookup_negative_cmd, "cache-negative <0-86400>",
      "So long is kept that nothing is known, 10 by default\nSeconds, 0: not at all\n")
{
	struct lookup_config *item = vty->index;

	item->negative_s = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

#define FAILURE_STR "What becomes of a call that gets no answer; it goes on by default\n"

DEFUN(lookup_refuse, lookup_refuse_cmd, "on-failure refuse <1-127>",
      FAILURE_STR "It is refused\nQ.850 cause that the caller is told\n")
{
	struct lookup_config *item = vty->index;

	item->fail_cause = (uint8_t)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(lookup_go_on, lookup_go_on_cmd, "on-failure continue",
      FAILURE_STR "It goes on by its route, as if nothing were known\n")
{
	struct lookup_config *item = vty->index;

	item->fail_cause = 0;
	return CMD_SUCCESS;
}

void lookup_vty_install(void)
{
	static struct cmd_node node = { NODE_LOOKUP, "%s(config-lookup)# ", 1, .name = "lookup" };
	static struct cmd_element *const elements[] = {
		&lookup_enum_cmd,   &lookup_server_cmd,    &no_lookup_server_cmd,
		&lookup_domain_cmd, &no_lookup_domain_cmd, &lookup_http_cmd,
		&lookup_token_cmd,  &no_lookup_token_cmd,  &lookup_timeout_cmd,
		&lookup_cache_cmd,  &no_lookup_cache_cmd,  &lookup_negative_cmd,
		&lookup_refuse_cmd, &lookup_go_on_cmd,
	};

	install_node(&node, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(elements); i++)
		install_element(NODE_LOOKUP, elements[i]);
}

static void validate_domains(const struct config *config, const struct lookup_config *lookup,
			     struct config_report *report)
{
	if (!lookup->n_domains)
		config_fault_option(report, lookup->line, "domain",
				    "lookup %s has no peer for what DNS answers; `domain any peer "
				    "NAME` is right",
				    lookup->name);
	for (unsigned i = 0; i < lookup->n_domains; i++) {
		const struct lookup_domain *domain = &lookup->domains[i];
		char *names;

		if (config_has(config, "peer", domain->peer))
			continue;
		names = config_names(report, config, "peer");
		config_fault_option(report, lookup->line, "domain",
				    "lookup %s: peer %s does not exist; peers are: %s",
				    lookup->name, domain->peer, names);
		talloc_free(names);
	}
}

void lookup_vty_validate(const struct config *config, const struct lookup_config *lookup,
			 struct config_report *report)
{
	if (*lookup->suffix)
		validate_domains(config, lookup, report);
	else if (!*lookup->url)
		config_fault_option(report, lookup->line, NULL,
				    "lookup %s asks nobody; `http http://127.0.0.1:8090/number` "
				    "or `enum e164.arpa` is right",
				    lookup->name);
}

static void write_dns(const struct lookup_config *lookup, struct vty *vty)
{
	vty_out(vty, " enum %s\n", lookup->suffix);
	if (*lookup->server)
		vty_out(vty, " dns-server %s %u\n", lookup->server, lookup->port);
	for (unsigned i = 0; i < lookup->n_domains; i++)
		vty_out(vty, " domain %s peer %s\n",
			*lookup->domains[i].host ? lookup->domains[i].host : "any",
			lookup->domains[i].peer);
}

void lookup_vty_write(const struct lookup_config *lookup, struct vty *vty)
{
	vty_out(vty, "\nlookup %s\n", lookup->name);
	if (*lookup->suffix)
		write_dns(lookup, vty);
	else
		vty_out(vty, " http %s\n", lookup->url);
	if (*lookup->token)
		vty_out(vty, " token secret %s\n", lookup->token);
	vty_out(vty, " timeout %u\n", lookup->timeout_ms);
	if (lookup->cache)
		vty_out(vty, " cache %u %u\n", lookup->cache, lookup->cache_s);
	else
		vty_out(vty, " no cache\n");
	vty_out(vty, " cache-negative %u\n", lookup->negative_s);
	if (lookup->fail_cause)
		vty_out(vty, " on-failure refuse %u\n", lookup->fail_cause);
	else
		vty_out(vty, " on-failure continue\n");
}
