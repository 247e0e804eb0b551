/* The configuration of call records:
 *
 *   records
 *    file calls.jsonl
 *    rotate megabytes 64
 *    interim 15
 *    store sqlite records.db
 *    store postgresql host=db.example dbname=calls user=gateway
 *    postgresql password secret
 *    store radius 192.0.2.7 1813
 *    radius secret shared
 *    keep days 400
 *    keep megabytes 4096
 */
#include "records/records_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "records/store.h"

enum { RADIUS_PORT = 1813, ROTATE_MB = 64, KEEP_DAYS = 400, KEEP_MB = 4096 };

static struct records_config *candidate(void)
{
	return config_candidate(&records_section);
}

DEFUN(records, records_cmd, "records",
      "Call records: a journal of them, and stores that it feeds\n")
{
	return config_section_enter(vty, NODE_RECORDS, &candidate()->line);
}

#define FILE_STR "The journal: one line of JSON for each call; by default calls.jsonl\n"
#define NAME_STR "A path, or a name in the state directory\n"

DEFUN(records_file, records_file_cmd, "file NAME", FILE_STR NAME_STR)
{
	return config_set_text(vty, "file", argv[0], candidate()->file, sizeof(candidate()->file));
}

DEFUN(records_no_file, records_no_file_cmd, "no file", NO_STR "No records are kept, nor stored\n")
{
	candidate()->file[0] = '\0';
	return CMD_SUCCESS;
}

#define MB_STR "Megabytes\nHow many\n"

DEFUN(records_rotate, records_rotate_cmd, "rotate megabytes <1-1024>",
      "When a file of the journal is full and the next is begun; 64 MB by default\n" MB_STR)
{
	candidate()->rotate_mb = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

#define INTERIM_STR                                                                                \
	"A record of each call that is answered and goes on, besides the one at its end; by "      \
	"default none\n"

DEFUN(records_interim, records_interim_cmd, "interim <1-1440>",
      INTERIM_STR "Minutes between them\n")
{
	candidate()->interim_min = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(records_no_interim, records_no_interim_cmd, "no interim", NO_STR INTERIM_STR)
{
	candidate()->interim_min = 0;
	return CMD_SUCCESS;
}

#define STORE_STR "Where records are stored, besides the journal; by default in SQLite alone\n"
#define SQLITE_STR "A file of SQLite; `show records` looks there\n"

DEFUN(records_sqlite, records_sqlite_cmd, "store sqlite NAME", STORE_STR SQLITE_STR NAME_STR)
{
	return config_set_text(vty, "store sqlite", argv[0], candidate()->sqlite,
			       sizeof(candidate()->sqlite));
}

DEFUN(records_no_sqlite, records_no_sqlite_cmd, "no store sqlite", NO_STR STORE_STR SQLITE_STR)
{
	candidate()->sqlite[0] = '\0';
	return CMD_SUCCESS;
}

#define PG_STR "A database of PostgreSQL\n"

DEFUN(records_postgresql, records_postgresql_cmd, "store postgresql .CONNECTION",
      STORE_STR PG_STR "As libpq describes one: host=db.example dbname=calls user=gateway\n")
{
	char *text = argv_concat(argv, argc, 0), error[STORE_ERROR_MAX];
	const char *secret;
	int rc;

	if (!text)
		return CMD_WARNING;
	secret = pg_store_secret(text);
	if (secret)
		rc = config_reject(vty,
				   "store postgresql: its %s would be shown; right would be, say, "
				   "`store postgresql host=db.example dbname=calls user=gateway` "
				   "and, not shown, %s",
				   secret,
				   strcmp(secret, "password") == 0
					   ? "`postgresql password SECRET`"
					   : "a file with the key that needs none: sslkey=FILE");
	else if (!pg_store_check(text, error))
		rc = config_reject(vty,
				   "store postgresql: %s; right would be, say, `store postgresql "
				   "host=db.example dbname=calls user=gateway`",
				   error);
	else
		rc = config_set_text(vty, "store postgresql", text, candidate()->postgresql,
				     sizeof(candidate()->postgresql));
	talloc_free(text);
	return rc;
}

DEFUN(records_no_postgresql, records_no_postgresql_cmd, "no store postgresql",
      NO_STR STORE_STR PG_STR)
{
	candidate()->postgresql[0] = candidate()->password[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(records_pg_password, records_pg_password_cmd, "postgresql password SECRET",
      PG_STR "With a password; better is a file that libpq finds, ~/.pgpass\nThe password\n")
{
	return config_set_secret(vty, "postgresql password", argv[0], candidate()->password,
				 sizeof(candidate()->password));
}

#define RADIUS_STR "A server of RADIUS accounting\n"
#define RADIUS_SECRET_STR "What the two share, to know each other by\nThe secret\n"

DEFUN(records_radius, records_radius_cmd, "store radius ADDRESS [<1-65535>]",
      STORE_STR RADIUS_STR "Its IPv4 or IPv6 address\nIts port, 1813 when not given\n")
{
	struct radius_server *radius = &candidate()->radius;

	radius->port = argc > 1 ? (unsigned)atoi(argv[1]) : RADIUS_PORT;
	return config_set_address(vty, "store radius", argv[0], radius->address);
}

DEFUN(records_no_radius, records_no_radius_cmd, "no store radius", NO_STR STORE_STR RADIUS_STR)
{
	candidate()->radius = (struct radius_server){ .port = RADIUS_PORT };
	return CMD_SUCCESS;
}

DEFUN(records_radius_secret, records_radius_secret_cmd, "radius secret SECRET",
      RADIUS_STR RADIUS_SECRET_STR)
{
	if (strchr(argv[0], ','))
		return config_reject(vty, "radius secret has a comma, which the client cannot "
					  "take; letters and digits are right");
	return config_set_secret(vty, "radius secret", argv[0], candidate()->radius.secret,
				 sizeof(candidate()->radius.secret));
}

#define KEEP_STR "How long records are kept, by the journal and in SQLite\n"

DEFUN(records_keep_days, records_keep_days_cmd, "keep days <1-36500>",
      KEEP_STR "By their age\nDays; 400 by default\n")
{
	candidate()->keep_days = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(records_keep_mb, records_keep_mb_cmd, "keep megabytes <16-16777216>",
      KEEP_STR "As long as there are fewer\nMegabytes, of each of the two; 4096 by default\n")
{
	candidate()->keep_mb = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

static void init(void *section_value)
{
	struct records_config *value = section_value;

	snprintf(value->file, sizeof(value->file), RECORDS_FILE);
	snprintf(value->sqlite, sizeof(value->sqlite), RECORDS_SQLITE);
	value->radius.port = RADIUS_PORT;
	value->rotate_mb = ROTATE_MB;
	value->keep_days = KEEP_DAYS;
	value->keep_mb = KEEP_MB;
}

static void install(void)
{
	static struct cmd_node node = { NODE_RECORDS, "%s(config-records)# ", 1,
					.name = "records" };

	install_element(CONFIG_NODE, &records_cmd);
	install_node(&node, NULL);
	install_element(NODE_RECORDS, &records_file_cmd);
	install_element(NODE_RECORDS, &records_no_file_cmd);
	install_element(NODE_RECORDS, &records_rotate_cmd);
	install_element(NODE_RECORDS, &records_interim_cmd);
	install_element(NODE_RECORDS, &records_no_interim_cmd);
	install_element(NODE_RECORDS, &records_sqlite_cmd);
	install_element(NODE_RECORDS, &records_no_sqlite_cmd);
	install_element(NODE_RECORDS, &records_postgresql_cmd);
	install_element(NODE_RECORDS, &records_no_postgresql_cmd);
	install_element(NODE_RECORDS, &records_pg_password_cmd);
	install_element(NODE_RECORDS, &records_radius_cmd);
	install_element(NODE_RECORDS, &records_no_radius_cmd);
	install_element(NODE_RECORDS, &records_radius_secret_cmd);
	install_element(NODE_RECORDS, &records_keep_days_cmd);
	install_element(NODE_RECORDS, &records_keep_mb_cmd);
}

static void check_file(const struct records_config *value, const char *option, const char *name,
		       const char *example, struct config_report *report)
{
	size_t len = strlen(name);

	if (len && name[len - 1] == '/')
		config_fault_option(report, value->line, option,
				    "records %s %s is a directory; name a file in it, as %s%s",
				    option, name, name, example);
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct records_config *value = config_get(config, &records_section);

	check_file(value, "file", value->file, RECORDS_FILE, report);
	check_file(value, "store sqlite", value->sqlite, RECORDS_SQLITE, report);
	if (*value->file && strcmp(value->file, value->sqlite) == 0)
		config_fault_option(report, value->line, "store sqlite",
				    "records store sqlite %s is the journal too; give each a file "
				    "of its own",
				    value->sqlite);
	if (*value->password && !*value->postgresql)
		config_fault_option(
			report, value->line, "postgresql password",
			"records postgresql password has no database; `store postgresql "
			"host=db.example dbname=calls user=gateway` names one");
	if (!*value->radius.secret != !*value->radius.address)
		config_fault_option(
			report, value->line, "store radius",
			"records store radius needs both, a server and a secret: `store "
			"radius 192.0.2.7` and `radius secret SECRET`");
	if (value->keep_mb < 2 * value->rotate_mb)
		config_fault_option(report, value->line, "keep megabytes",
				    "records keep megabytes %u has no room for two files of the "
				    "journal; at least %u, or a smaller `rotate megabytes`",
				    value->keep_mb, 2 * value->rotate_mb);
}

static void write_file(struct vty *vty, const char *option, const char *name, const char *usual)
{
	if (strcmp(name, usual) == 0)
		return;
	if (*name)
		vty_out(vty, " %s %s\n", option, name);
	else
		vty_out(vty, " no %s\n", option);
}

static void write_number(struct vty *vty, const char *option, unsigned value, unsigned usual)
{
	if (value != usual)
		vty_out(vty, " %s %u\n", option, value);
}

static bool is_usual(const struct records_config *value)
{
	struct records_config usual = { .line = value->line };

	init(&usual);
	return strcmp(value->file, usual.file) == 0 && strcmp(value->sqlite, usual.sqlite) == 0 &&
	       !*value->postgresql && !*value->password && !*value->radius.address &&
	       !*value->radius.secret && value->rotate_mb == usual.rotate_mb &&
	       !value->interim_min && value->keep_days == usual.keep_days &&
	       value->keep_mb == usual.keep_mb;
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct records_config *value = section_value;

	if (is_usual(value))
		return;
	vty_out(vty, "\nrecords\n");
	write_file(vty, "file", value->file, RECORDS_FILE);
	write_number(vty, "rotate megabytes", value->rotate_mb, ROTATE_MB);
	write_number(vty, "interim", value->interim_min, 0);
	write_file(vty, "store sqlite", value->sqlite, RECORDS_SQLITE);
	write_file(vty, "store postgresql", value->postgresql, "");
	write_file(vty, "postgresql password", value->password, "");
	if (*value->radius.address)
		vty_out(vty, " store radius %s %u\n", value->radius.address, value->radius.port);
	write_file(vty, "radius secret", value->radius.secret, "");
	write_number(vty, "keep days", value->keep_days, KEEP_DAYS);
	write_number(vty, "keep megabytes", value->keep_mb, KEEP_MB);
}

const struct config_section records_section = {
	.size = sizeof(struct records_config),
	.init = init,
	.install = install,
	.validate = validate,
	.write = write_value,
};
