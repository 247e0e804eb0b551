/* The configuration of call records:
 *
 *   records
 *    file calls.jsonl
 *    interim 15
 */
#include "call/records_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"

DEFUN(records, records_cmd, "records", "Call records: one line of JSON for each call\n")
{
	struct records_config *value = config_candidate(&records_section);

	return config_section_enter(vty, NODE_RECORDS, &value->line);
}

DEFUN(records_file, records_file_cmd, "file NAME",
      "Where they are written; a file that is moved away is begun anew\n"
      "A path, or a name in the state directory\n")
{
	struct records_config *value = config_candidate(&records_section);

	return config_set_text(vty, "file", argv[0], value->file, sizeof(value->file));
}

DEFUN(records_no_file, records_no_file_cmd, "no file", NO_STR "No records are kept\n")
{
	struct records_config *value = config_candidate(&records_section);

	value->file[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(records_interim, records_interim_cmd, "interim <1-1440>",
      "A record of each call that is answered and goes on, besides the one at its end\n"
      "Minutes between them\n")
{
	struct records_config *value = config_candidate(&records_section);

	value->interim_min = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(records_no_interim, records_no_interim_cmd, "no interim",
      NO_STR "One record of each call, at its end\n")
{
	struct records_config *value = config_candidate(&records_section);

	value->interim_min = 0;
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_RECORDS, "%s(config-records)# ", 1,
					.name = "records" };

	install_element(CONFIG_NODE, &records_cmd);
	install_node(&node, NULL);
	install_element(NODE_RECORDS, &records_file_cmd);
	install_element(NODE_RECORDS, &records_no_file_cmd);
	install_element(NODE_RECORDS, &records_interim_cmd);
	install_element(NODE_RECORDS, &records_no_interim_cmd);
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct records_config *value = config_get(config, &records_section);
	size_t len = strlen(value->file);

	if (len && value->file[len - 1] == '/')
		config_fault_option(report, value->line, "file",
				    "records file %s is a directory; name a file in it, as "
				    "%scalls.jsonl",
				    value->file, value->file);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct records_config *value = section_value;

	if (!*value->file && !value->interim_min)
		return;
	vty_out(vty, "\nrecords\n");
	if (*value->file)
		vty_out(vty, " file %s\n", value->file);
	if (value->interim_min)
		vty_out(vty, " interim %u\n", value->interim_min);
}

const struct config_section records_section = {
	.size = sizeof(struct records_config),
	.install = install,
	.validate = validate,
	.write = write_value,
};
