/* The configuration of the registrar and its users:
 *
 *   registrar
 *    expires minimum 60 maximum 7200 default 3600
 *    standby-for peer pbx
 *   user anna
 *    password secret
 *    number 100
 *    limit calls 2
 *    number deny 00
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "call/translate_vty.h"
#include "call/leg.h"
#include "call/route_config.h"
#include "sip/guard_vty.h"
#include "sip/peer_vty.h"
#include "sip/registrar/binding.h"
#include "sip/registrar/registrar_config.h"
#include "sip/text/digest.h"

enum { EXPIRES_MIN_S = 60, EXPIRES_MAX_S = 7200, EXPIRES_S = 3600, CONTACTS = 5 };
#define REALM "crosspoint"

static void init_user(void *item)
{
	struct user_config *user = item;

	peer_vty_init(&user->peer);
}

static const struct config_list user_list = {
	.kind = "user",
	.items_at = offsetof(struct registrar_config, users),
	.n_at = offsetof(struct registrar_config, n_users),
	.item_size = sizeof(struct user_config),
	.name_size = PEER_NAME_MAX,
	.line_at = offsetof(struct user_config, peer.line),
	.node = NODE_USER,
	.init = init_user,
};

static struct registrar_config *edited(void)
{
	return config_candidate(&registrar_section);
}

static void init_value(void *section_value)
{
	struct registrar_config *value = section_value;

	strcpy(value->realm, REALM);
	value->expires_min_s = EXPIRES_MIN_S;
	value->expires_max_s = EXPIRES_MAX_S;
	value->expires_s = EXPIRES_S;
	value->contacts = CONTACTS;
}

#define REGISTRAR_STR "Phones and small PBXs register with the gateway itself\n"

DEFUN(registrar, registrar_cmd, "registrar", REGISTRAR_STR)
{
	edited()->on = true;
	return config_section_enter(vty, NODE_REGISTRAR, &edited()->line);
}

DEFUN_ATTR(no_registrar, no_registrar_cmd, "no registrar", NO_STR REGISTRAR_STR,
	   CONFIG_TERMINAL_ONLY)
{
	edited()->on = false;
	return CMD_SUCCESS;
}

DEFUN(registrar_realm, registrar_realm_cmd, "realm REALM",
      "What we call ourselves when we ask for a password\nThe realm; crosspoint by default\n")
{
	return config_set_text(vty, "realm", argv[0], edited()->realm, sizeof(edited()->realm));
}

DEFUN(registrar_algorithms, registrar_algorithms_cmd, "algorithms (all|sha256|md5)",
      "Which digests are good enough (RFC 8760)\n"
      "MD5 and SHA-256; the default\nSHA-256 alone\n"
      "MD5 alone, for phones that fail at an offer of others too\n")
{
	edited()->digests = digest_choice_parse(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(registrar_expires, registrar_expires_cmd,
      "expires minimum <10-86400> maximum <10-604800> default <10-604800>",
      "How long a registration holds\n"
      "Less is refused (423)\nSeconds; 60 by default\n"
      "More is cut\nSeconds; 7200 by default\n"
      "When the phone does not say\nSeconds; 3600 by default\n")
{
	struct registrar_config *value = edited();

	value->expires_min_s = (unsigned)atoi(argv[0]);
	value->expires_max_s = (unsigned)atoi(argv[1]);
	value->expires_s = (unsigned)atoi(argv[2]);
	return CMD_SUCCESS;
}

DEFUN(registrar_contacts, registrar_contacts_cmd, "contacts <1-20>",
      "Phones of one user at a time; one more takes the place of the one soonest over\n"
      "How many; 5 by default\n")
{
	edited()->contacts = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

#define STANDBY_STR "While that peer is reachable, calls to users go to it; by default never\n"

DEFUN(registrar_standby, registrar_standby_cmd, "standby-for peer NAME",
      STANDBY_STR "A peer\nThe PBX that has the users\n")
{
	return config_set_name(vty, "standby-for peer", argv[0], edited()->standby,
			       sizeof(edited()->standby));
}

DEFUN(no_registrar_standby, no_registrar_standby_cmd, "no standby-for", NO_STR STANDBY_STR)
{
	edited()->standby[0] = '\0';
	return CMD_SUCCESS;
}

/* Users */

#define USER_STR "Who may register: a phone or a small PBX\n"
#define USER_NAME_STR "Its name, which is also its user name in SIP\n"

DEFUN(user, user_cmd, "user NAME", USER_STR USER_NAME_STR)
{
	return config_list_enter(vty, &user_list, edited(), argv[0]);
}

DEFUN_ATTR(no_user, no_user_cmd, "no user NAME", NO_STR USER_STR USER_NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &user_list, edited(), argv[0]);
}

DEFUN(user_password, user_password_cmd, "password SECRET",
      "What it proves that it is itself with\nThe password; it is shown nowhere\n")
{
	struct user_config *item = vty->index;

	if (strlen(argv[0]) >= sizeof(item->secret))
		return config_reject(vty, "the password is too long; at most %zu characters",
				     sizeof(item->secret) - 1);
	osmo_strlcpy(item->secret, argv[0], sizeof(item->secret));
	return CMD_SUCCESS;
}

#define NUMBER_STR "A number that it is called by; the first is also its own as a caller\n"

static size_t number_at(const struct user_config *item, const char *digits)
{
	size_t i = 0;

	while (i < item->n_numbers && strcmp(item->numbers[i], digits) != 0)
		i++;
	return i;
}

DEFUN(user_number, user_number_cmd, "number DIGITS", NUMBER_STR "0-9 * # A-D\n")
{
	struct user_config *item = vty->index;

	if (!leg_is_number(argv[0]) || strlen(argv[0]) >= USER_NUMBER_MAX)
		return config_reject(vty,
				     "number \"%s\" is no number; digits 0-9 * # A-D are right, at "
				     "most %d",
				     argv[0], USER_NUMBER_MAX - 1);
	if (number_at(item, argv[0]) < item->n_numbers)
		return config_reject(vty, "user %s has number %s already; once is right",
				     item->peer.name, argv[0]);
	if (item->n_numbers == USER_NUMBERS)
		return config_reject(vty, "user %s has too many numbers; at most %d",
				     item->peer.name, USER_NUMBERS);
	osmo_strlcpy(item->numbers[item->n_numbers++], argv[0], USER_NUMBER_MAX);
	return CMD_SUCCESS;
}

DEFUN(no_user_number, no_user_number_cmd, "no number DIGITS", NO_STR NUMBER_STR "The number\n")
{
	struct user_config *item = vty->index;
	size_t i = number_at(item, argv[0]);

	if (i == item->n_numbers)
		return config_reject(vty, "user %s does not have number %s", item->peer.name,
				     argv[0]);
	item->n_numbers--;
	memmove(item->numbers[i], item->numbers[i + 1],
		(item->n_numbers - i) * sizeof(item->numbers[0]));
	return CMD_SUCCESS;
}

#define DISPLAY_STR "Its name as others see it; by default what it says itself\n"

DEFUN(user_display, user_display_cmd, "display-name .TEXT", DISPLAY_STR "The name\n")
{
	struct user_config *item = vty->index;
	char *text = argv_concat(argv, argc, 0);
	int rc = text ? config_set_text(vty, "display-name", text, item->display,
					sizeof(item->display))
		      : CMD_WARNING;

	talloc_free(text);
	return rc;
}

DEFUN(no_user_display, no_user_display_cmd, "no display-name", NO_STR DISPLAY_STR)
{
	struct user_config *item = vty->index;

	item->display[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(user_contacts, user_contacts_cmd, "contacts <1-20>",
      "Its phones at a time\nHow many; by default as the registrar has it\n")
{
	struct user_config *item = vty->index;

	item->contacts = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node registrar_node = { NODE_REGISTRAR, "%s(config-registrar)# ", 1,
						  .name = "registrar" };
	static struct cmd_node user_node = { NODE_USER, "%s(config-user)# ", 1, .name = "user" };

	install_element(CONFIG_NODE, &registrar_cmd);
	install_element(CONFIG_NODE, &no_registrar_cmd);
	install_node(&registrar_node, NULL);
	install_element(NODE_REGISTRAR, &registrar_realm_cmd);
	install_element(NODE_REGISTRAR, &registrar_algorithms_cmd);
	install_element(NODE_REGISTRAR, &registrar_expires_cmd);
	install_element(NODE_REGISTRAR, &registrar_contacts_cmd);
	install_element(NODE_REGISTRAR, &registrar_standby_cmd);
	install_element(NODE_REGISTRAR, &no_registrar_standby_cmd);
	install_element(CONFIG_NODE, &user_cmd);
	install_element(CONFIG_NODE, &no_user_cmd);
	install_node(&user_node, NULL);
	install_element(NODE_USER, &user_password_cmd);
	install_element(NODE_USER, &user_number_cmd);
	install_element(NODE_USER, &no_user_number_cmd);
	install_element(NODE_USER, &user_display_cmd);
	install_element(NODE_USER, &no_user_display_cmd);
	install_element(NODE_USER, &user_contacts_cmd);
	peer_vty_install_common(NODE_USER);
	peer_guard_vty_install_user();
}

static bool leads_to_users(const struct route_config *route)
{
	for (size_t i = 0; i < route->n_targets; i++) {
		if (route->targets[i].kind == TARGET_USER)
			return true;
	}
	return false;
}

/* A call of the peer's to a user would go back to it. */
static void validate_loops(const struct config *config, const char *standby,
			   struct config_report *report)
{
	const struct routes_config *routes = config_get(config, &routes_section);

	for (size_t i = 0; i < routes->n_routes; i++) {
		const struct route_config *route = &routes->routes[i];

		if (route->from_any || route->from.kind != TARGET_PEER ||
		    strcmp(route->from.name, standby) != 0 || !leads_to_users(route))
			continue;
		config_fault_option(report, route->line, "to",
				    "route %s: calls of peer %s to a user would go back to it, as "
				    "the registrar stands by for it; another target, or no "
				    "`standby-for`",
				    route->name, standby);
	}
}

static void validate_standby(const struct config *config, const struct registrar_config *value,
			     struct config_report *report)
{
	char *names;

	if (!value->standby[0])
		return;
	if (config_has(config, "peer", value->standby)) {
		validate_loops(config, value->standby, report);
		return;
	}
	names = config_names(report, config, "peer");
	config_fault_option(report, value->line, "standby-for",
			    "registrar: peer %s does not exist; peers are: %s", value->standby,
			    names ? names : "none");
	talloc_free(names);
}

static void validate_user(const struct config *config, const struct registrar_config *value,
			  size_t i, struct config_report *report)
{
	const struct user_config *user = &value->users[i];
	char whose[PEER_NAME_MAX + 8];

	snprintf(whose, sizeof(whose), "user %s", user->peer.name);
	translate_vty_validate(config, &user->peer.translations, whose, user->peer.line, report);

	peer_vty_validate_common("user", &user->peer, report);
	if (!user->secret[0])
		config_fault_option(report, user->peer.line, "password",
				    "user %s has no password, so anybody could be it; it needs "
				    "`password`",
				    user->peer.name);
	if (!value->on)
		config_fault_option(report, user->peer.line, NULL,
				    "user %s cannot register, as there is no section registrar; "
				    "add one",
				    user->peer.name);
	for (size_t j = 0; j < i; j++) {
		const struct user_config *other = &value->users[j];

		for (size_t k = 0; k < user->n_numbers; k++) {
			if (number_at(other, user->numbers[k]) == other->n_numbers)
				continue;
			config_fault_option(report, user->peer.line, "number",
					    "user %s: number %s is user %s's already; one user a "
					    "number",
					    user->peer.name, user->numbers[k], other->peer.name);
		}
	}
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct registrar_config *value = config_get(config, &registrar_section);

	if (value->expires_min_s > value->expires_max_s)
		config_fault_option(report, value->line, "expires",
				    "registrar: the minimum %u is more than the maximum %u; it is "
				    "to be the smaller",
				    value->expires_min_s, value->expires_max_s);
	else if (value->expires_s < value->expires_min_s || value->expires_s > value->expires_max_s)
		config_fault_option(report, value->line, "expires",
				    "registrar: the default %u is not between %u and %u",
				    value->expires_s, value->expires_min_s, value->expires_max_s);
	validate_standby(config, value, report);
	for (size_t i = 0; i < value->n_users; i++)
		validate_user(config, value, i, report);
}

static void write_user(const struct user_config *user, struct vty *vty)
{
	vty_out(vty, "\nuser %s\n", user->peer.name);
	if (user->secret[0])
		vty_out(vty, " password %s\n", user->secret);
	for (size_t i = 0; i < user->n_numbers; i++)
		vty_out(vty, " number %s\n", user->numbers[i]);
	if (user->display[0])
		vty_out(vty, " display-name %s\n", user->display);
	if (user->contacts)
		vty_out(vty, " contacts %u\n", user->contacts);
	peer_vty_write_common(&user->peer, vty);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct registrar_config *value = section_value;

	if (value->on) {
		vty_out(vty, "\nregistrar\n");
		if (strcmp(value->realm, REALM) != 0)
			vty_out(vty, " realm %s\n", value->realm);
		if (value->digests)
			vty_out(vty, " algorithms %s\n", digest_choice_name(value->digests));
		if (value->expires_min_s != EXPIRES_MIN_S ||
		    value->expires_max_s != EXPIRES_MAX_S || value->expires_s != EXPIRES_S)
			vty_out(vty, " expires minimum %u maximum %u default %u\n",
				value->expires_min_s, value->expires_max_s, value->expires_s);
		if (value->contacts != CONTACTS)
			vty_out(vty, " contacts %u\n", value->contacts);
		if (value->standby[0])
			vty_out(vty, " standby-for peer %s\n", value->standby);
	}
	for (size_t i = 0; i < value->n_users; i++)
		write_user(&value->users[i], vty);
}

const struct config_section registrar_section = {
	.size = sizeof(struct registrar_config),
	.lists = &user_list,
	.n_lists = 1,
	.init = init_value,
	.install = install,
	.validate = validate,
	.write = write_value,
};
