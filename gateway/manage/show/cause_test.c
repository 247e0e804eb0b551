/* `cause test`: what becomes of a cause or a SIP status on its way through the gateway, by the tables of RFC 3398
 * and by the cause-map lines of the running configuration. No call is made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "base/config_vty.h"
#include "call/cause.h"
#include "call/route_config.h"
#include "call/route_turns.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "pstn/trunk_config.h"
#include "sip/sip_config.h"

static const struct trunks_config *trunks(void)
{
	return config_get(cli_gateway()->running, &trunks_section);
}

static const struct sip_config *sip(void)
{
	return config_get(cli_gateway()->running, &sip_section);
}

/* value: the cause or status. text: what it is called. by: whose rule says so. */
static void add(json_t *rows, const char *what, const char *whom, unsigned value, const char *text,
		const char *by)
{
	json_array_append_new(rows,
			      json_pack("{s:s, s:s, s:i, s:s, s:s}", "what", what, "whom", whom,
					"becomes", (int)value, "meaning", text, "by", by));
}

static void add_cause(json_t *rows, const char *what, const char *whom, unsigned cause,
		      const char *by)
{
	add(rows, what, whom, cause, cause_name(cause), by);
}

/* What the trunks with a rule of their own take it for, and what they tell the line. */
static void add_from_line(json_t *rows, unsigned cause)
{
	add_cause(rows, "from the line", "any trunk", cause, "as it is");
	for (size_t i = 0; i < trunks()->n; i++) {
		const struct trunk_config *trunk = &trunks()->trunks[i];

		if (trunk->causes.from_line[cause])
			add_cause(rows, "from the line", trunk->name,
				  trunk->causes.from_line[cause], "its cause-map from-line");
	}
}

static void add_to_line(json_t *rows, unsigned cause)
{
	add_cause(rows, "to the line", "any trunk", cause, "as it is");
	for (size_t i = 0; i < trunks()->n; i++) {
		const struct trunk_config *trunk = &trunks()->trunks[i];

		if (trunk->causes.to_line[cause])
			add_cause(rows, "to the line", trunk->name, trunk->causes.to_line[cause],
				  "its cause-map to-line");
	}
}

static const char *after(const struct route_config *route, unsigned cause)
{
	return route_reroutes(route, cause) ? "the next target is tried" : "the call ends";
}

static void add_routes(json_t *rows, unsigned cause)
{
	static const struct route_config usual;
	const struct routes_config *routes = config_get(cli_gateway()->running, &routes_section);

	add(rows, "in the gateway", "routes", cause, after(&usual, cause),
	    "what a route does by itself");
	for (size_t i = 0; i < routes->n_routes; i++) {
		const struct route_config *route = &routes->routes[i];

		if (route->reroute.given)
			add(rows, "in the gateway", route->name, cause, after(route, cause),
			    "its reroute");
	}
}

static void add_to_sip(json_t *rows, unsigned cause)
{
	const struct cause_rule *rule = cause_rules_find(&sip()->causes, true, cause);
	unsigned status = rule ? rule->status : (unsigned)cause_map_status(cause, LOC_PUBLIC_LOCAL);

	add(rows, "to SIP", "any peer", status, cause_map_phrase((int)status),
	    rule ? "cause-map of sip" : "RFC 3398 7.2.4.1");
	for (size_t i = 0; i < sip()->n_peers; i++) {
		const struct peer_config *peer = &sip()->peers[i];

		rule = cause_rules_find(&peer->causes, true, cause);
		if (rule)
			add(rows, "to SIP", peer->name, rule->status,
			    cause_map_phrase(rule->status), "its cause-map");
	}
}

static void add_from_sip(json_t *rows, unsigned status)
{
	const struct cause_rule *rule = cause_rules_find(&sip()->causes, false, status);
	unsigned cause = rule ? rule->cause : cause_map_cause((int)status, 0).cause;

	add_cause(rows, "from SIP", "any peer", cause,
		  rule ? "cause-map of sip" : "RFC 3398 8.2.6.1");
	for (size_t i = 0; i < sip()->n_peers; i++) {
		const struct peer_config *peer = &sip()->peers[i];

		rule = cause_rules_find(&peer->causes, false, status);
		if (rule)
			add_cause(rows, "from SIP", peer->name, rule->cause, "its cause-map");
	}
}

static const struct table_column columns[] = {
	{ "what", "WHERE" },      { "whom", "OF" }, { "becomes", "IS" },
	{ "meaning", "MEANING" }, { "by", "BY" },
};

static int print(struct vty *vty, json_t *rows, bool json)
{
	if (json)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "");
	json_decref(rows);
	return CMD_SUCCESS;
}

#define CAUSE_TEST_STR                                                                             \
	"Causes of Q.850\n"                                                                        \
	"Shows what becomes of one, without a call\n"
#define JSON_STR "As JSON, for programs\n"

DEFUN(cause_test, cause_test_cmd, "cause test <1-127> [json]",
      CAUSE_TEST_STR "The cause\n" JSON_STR)
{
	const unsigned cause = (unsigned)atoi(argv[0]);
	json_t *rows = json_array();

	if (!cli_gateway())
		return CMD_WARNING;
	add_from_line(rows, cause);
	add_routes(rows, cause);
	add_to_line(rows, cause);
	add_to_sip(rows, cause);
	return print(vty, rows, argc > 1);
}

DEFUN(cause_test_sip, cause_test_sip_cmd, "cause test sip <300-699> [json]",
      CAUSE_TEST_STR "A status that a SIP peer answers with\n"
		     "The status\n" JSON_STR)
{
	const unsigned status = (unsigned)atoi(argv[0]);
	json_t *rows = json_array();

	if (!cli_gateway())
		return CMD_WARNING;
	add_from_sip(rows, status);
	add_routes(rows, (unsigned)json_integer_value(
				 json_object_get(json_array_get(rows, 0), "becomes")));
	return print(vty, rows, argc > 1);
}

void cause_test_install(void)
{
	cli_install(&cause_test_cmd);
	cli_install(&cause_test_sip_cmd);
}
