/* Who is registered: we with peers, and users with us. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"
#include "sip/peer/register.h"
#include "sip/registrar/registrar.h"
#include "sip/sip.h"

#define JSON_STR "As JSON, for programs\n"

static bool add_registration(void *data, const struct registration_status *status)
{
	json_array_append_new(data, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "peer",
					      status->peer, "user", status->user, "domain",
					      status->domain, "state", status->state, "expires_s",
					      (int)status->expires_s, "retry_s",
					      (int)status->retry_s, "status", (int)status->status));
	return true;
}

static bool add_contact(void *data, const char *user, const char *number,
			const struct registrar_contact *contact)
{
	json_t *row = json_pack("{s:s, s:s}", "user", user, "number", number);

	if (contact) {
		json_t *uri = json_string(contact->uri); /* NULL when it is no UTF-8 */

		json_object_set_new(row, "contact", uri ? uri : json_string("?"));
		json_object_set_new(row, "from", json_string(contact->from));
		json_object_set_new(row, "transport", json_string(contact->transport));
		json_object_set_new(row, "expires_s", json_integer(contact->expires_s));
		json_object_set_new(row, "q", json_real(contact->q));
	}
	json_array_append_new(data, row);
	return true;
}

static const struct table_column registration_columns[] = {
	{ "peer", "PEER" },     { "user", "USER" },         { "domain", "DOMAIN" },
	{ "state", "STATE" },   { "expires_s", "EXPIRES" }, { "retry_s", "RETRY" },
	{ "status", "STATUS" },
};

static const struct table_column contact_columns[] = {
	{ "user", "USER" }, { "number", "NUMBER" },       { "contact", "CONTACT" },
	{ "from", "FROM" }, { "transport", "TRANSPORT" }, { "expires_s", "EXPIRES" },
};

static int show(struct vty *vty, json_t *rows, const struct table_column *columns, size_t n,
		const char *empty, bool as_json)
{
	if (as_json)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, n, empty);
	json_decref(rows);
	return CMD_SUCCESS;
}

json_t *view_registrations(struct gateway *gateway)
{
	json_t *rows = json_array();

	registrations_each(gateway->sip, add_registration, rows);
	return rows;
}

json_t *view_contacts(struct gateway *gateway)
{
	json_t *rows = json_array();

	users_each(gateway->sip, add_contact, rows);
	return rows;
}

static int show_registrations(struct vty *vty, bool as_json)
{
	json_t *rows = cli_gateway() ? view_registrations(cli_gateway()) : json_array();

	return show(vty, rows, registration_columns, ARRAY_SIZE(registration_columns),
		    "No registrations.", as_json);
}

static int show_registrar(struct vty *vty, bool as_json)
{
	json_t *rows = cli_gateway() ? view_contacts(cli_gateway()) : json_array();

	return show(vty, rows, contact_columns, ARRAY_SIZE(contact_columns), "No users.", as_json);
}

#define REGISTRATIONS_STR SHOW_STR "Our registrations with peers\n"
#define REGISTRAR_STR SHOW_STR "The registrar's users, and where their phones are\n"

DEFUN(show_registrations_text, show_registrations_cmd, "show registrations", REGISTRATIONS_STR)
{
	return show_registrations(vty, false);
}

DEFUN(show_registrations_json, show_registrations_json_cmd, "show registrations json",
      REGISTRATIONS_STR JSON_STR)
{
	return show_registrations(vty, true);
}

DEFUN(show_registrar_text, show_registrar_cmd, "show registrar", REGISTRAR_STR)
{
	return show_registrar(vty, false);
}

DEFUN(show_registrar_json, show_registrar_json_cmd, "show registrar json", REGISTRAR_STR JSON_STR)
{
	return show_registrar(vty, true);
}

DEFUN(clear_registrar, clear_registrar_cmd, "clear registrar user NAME",
      CLEAR_STR "The registrar\nForgets where a user's phones are\nIts name\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	if (!sip_clear_user(cli_gateway()->sip, argv[0]))
		return config_reject(vty, "there is no user %s; `show registrar` lists them",
				     argv[0]);
	return CMD_SUCCESS;
}

void show_registrations_install(void)
{
	cli_install(&show_registrations_cmd);
	cli_install(&show_registrations_json_cmd);
	cli_install(&show_registrar_cmd);
	cli_install(&show_registrar_json_cmd);
	cli_install_action(&clear_registrar_cmd);
}
