/* Commands of a peer's node:
 *
 *   number-format e164
 *   country-code 49
 *   numbers 4930123 4930124
 */
#include "sip/numbering_vty.h"

#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "sip/sip_config.h"

#define INTERNATIONAL "00"
#define NATIONAL "0"

static const struct value_string format_words[] = {
	{ NUMBER_AS_DIALLED, "as-dialled" },
	{ NUMBER_E164, "e164" },
	{ NUMBER_NATIONAL, "national" },
	{ 0, NULL },
};

static struct number_policy *policy_of(struct vty *vty)
{
	return &((struct peer_config *)vty->index)->numbers;
}

/* Digits alone, as many as fit. */
static int set_digits(struct vty *vty, const char *option, const char *value, char *out,
		      size_t size)
{
	if (!*value || value[strspn(value, "0123456789*#")])
		return config_reject(vty, "%s %s is no number; digits are right", option, value);
	if (strlen(value) >= size)
		return config_reject(vty, "%s %s is too long; at most %zu digits are right", option,
				     value, size - 1);
	osmo_strlcpy(out, value, size);
	return CMD_SUCCESS;
}

DEFUN(peer_format, peer_format_cmd, "number-format (as-dialled|e164|national)",
      "How numbers are written to it and read from it\n"
      "As they come, `+` before international ones; the default\n"
      "`+` and country code before all that can be told so\n"
      "With the prefixes that are dialled in its country\n")
{
	policy_of(vty)->format = get_string_value(format_words, argv[0]);
	return CMD_SUCCESS;
}

#define COUNTRY_STR "Country code of its national numbers; none by default\n"

DEFUN(peer_country, peer_country_cmd, "country-code <1-999>", COUNTRY_STR "Digits\n")
{
	struct number_policy *policy = policy_of(vty);

	return set_digits(vty, "country-code", argv[0], policy->country_code,
			  sizeof(policy->country_code));
}

DEFUN(peer_no_country, peer_no_country_cmd, "no country-code", NO_STR COUNTRY_STR)
{
	policy_of(vty)->country_code[0] = '\0';
	return CMD_SUCCESS;
}

#define INTERNATIONAL_STR "What is dialled before an international number; 00 by default\n"
#define NATIONAL_STR "What is dialled before a national number; 0 by default\n"

DEFUN(peer_international, peer_international_cmd, "international-prefix DIGITS",
      INTERNATIONAL_STR "Digits\n")
{
	struct number_policy *policy = policy_of(vty);

	return set_digits(vty, "international-prefix", argv[0], policy->international_prefix,
			  sizeof(policy->international_prefix));
}

DEFUN(peer_no_international, peer_no_international_cmd, "no international-prefix",
      NO_STR "None is dialled\n")
{
	policy_of(vty)->international_prefix[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(peer_national, peer_national_cmd, "national-prefix DIGITS", NATIONAL_STR "Digits\n")
{
	struct number_policy *policy = policy_of(vty);

	return set_digits(vty, "national-prefix", argv[0], policy->national_prefix,
			  sizeof(policy->national_prefix));
}

DEFUN(peer_no_national, peer_no_national_cmd, "no national-prefix", NO_STR "None is dialled\n")
{
	policy_of(vty)->national_prefix[0] = '\0';
	return CMD_SUCCESS;
}

#define CONTEXT_STR "phone-context of local numbers that it is told (RFC 3966); none by default\n"

DEFUN(peer_context, peer_context_cmd, "phone-context NAME", CONTEXT_STR "A domain, or +digits\n")
{
	struct number_policy *policy = policy_of(vty);

	if (argv[0][strspn(argv[0], NUMBERING_CONTEXT_CHARS)])
		return config_reject(vty, "phone-context %s is neither a domain nor +digits",
				     argv[0]);
	return config_set_text(vty, "phone-context", argv[0], policy->phone_context,
			       sizeof(policy->phone_context));
}

DEFUN(peer_no_context, peer_no_context_cmd, "no phone-context", NO_STR CONTEXT_STR)
{
	policy_of(vty)->phone_context[0] = '\0';
	return CMD_SUCCESS;
}

#define NUMBERS_STR                                                                                \
	"What its own numbers begin with: a caller of its own is screened against them "           \
	"(Q.951.3); not by "                                                                       \
	"default\n"

DEFUN(peer_numbers, peer_numbers_cmd, "numbers .DIGITS",
      NUMBERS_STR "Up to 8 beginnings, international ones without +\n")
{
	struct number_policy *policy = policy_of(vty), read = *policy;

	if (argc > NUMBER_OWN_MAX)
		return config_reject(vty, "numbers has %d beginnings; %u are the most", argc,
				     NUMBER_OWN_MAX);
	for (int i = 0; i < argc; i++) {
		if (set_digits(vty, "numbers", argv[i], read.own[i], sizeof(read.own[i])) !=
		    CMD_SUCCESS)
			return CMD_WARNING;
	}
	read.n_own = (size_t)argc;
	*policy = read;
	return CMD_SUCCESS;
}

DEFUN(peer_no_numbers, peer_no_numbers_cmd, "no numbers", NO_STR NUMBERS_STR)
{
	policy_of(vty)->n_own = 0;
	return CMD_SUCCESS;
}

#define DEFAULT_STR "Said of a caller of its own that gives another number; none by default\n"

DEFUN(peer_default_number, peer_default_number_cmd, "default-number DIGITS", DEFAULT_STR "Digits\n")
{
	struct number_policy *policy = policy_of(vty);

	return set_digits(vty, "default-number", argv[0], policy->default_number,
			  sizeof(policy->default_number));
}

DEFUN(peer_no_default_number, peer_no_default_number_cmd, "no default-number", NO_STR DEFAULT_STR)
{
	policy_of(vty)->default_number[0] = '\0';
	return CMD_SUCCESS;
}

void numbering_vty_install(int node)
{
	static struct cmd_element *const commands[] = {
		&peer_format_cmd,
		&peer_country_cmd,
		&peer_no_country_cmd,
		&peer_international_cmd,
		&peer_no_international_cmd,
		&peer_national_cmd,
		&peer_no_national_cmd,
		&peer_context_cmd,
		&peer_no_context_cmd,
		&peer_numbers_cmd,
		&peer_no_numbers_cmd,
		&peer_default_number_cmd,
		&peer_no_default_number_cmd,
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(node, commands[i]);
}

void numbering_vty_init(struct peer_config *peer)
{
	strcpy(peer->numbers.international_prefix, INTERNATIONAL);
	strcpy(peer->numbers.national_prefix, NATIONAL);
}

void numbering_vty_validate(const char *kind, const struct peer_config *peer,
			    struct config_report *report)
{
	const struct number_policy *policy = &peer->numbers;

	if (policy->format != NUMBER_AS_DIALLED && !*policy->country_code)
		config_fault_option(report, peer->line, "number-format",
				    "%s %s: number-format %s needs to know its country; add "
				    "`country-code`",
				    kind, peer->name,
				    get_value_string(format_words, policy->format));
	if (*policy->default_number && !policy->n_own)
		config_fault_option(
			report, peer->line, "default-number",
			"%s %s: default-number takes the place of numbers that are not its "
			"own; `numbers` says which are",
			kind, peer->name);
}

static void write_prefix(struct vty *vty, const char *option, const char *value, const char *usual)
{
	if (!*value)
		vty_out(vty, " no %s\n", option);
	else if (strcmp(value, usual) != 0)
		vty_out(vty, " %s %s\n", option, value);
}

void numbering_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct number_policy *policy = &peer->numbers;

	if (policy->format != NUMBER_AS_DIALLED)
		vty_out(vty, " number-format %s\n", get_value_string(format_words, policy->format));
	if (*policy->country_code)
		vty_out(vty, " country-code %s\n", policy->country_code);
	write_prefix(vty, "international-prefix", policy->international_prefix, INTERNATIONAL);
	write_prefix(vty, "national-prefix", policy->national_prefix, NATIONAL);
	if (*policy->phone_context)
		vty_out(vty, " phone-context %s\n", policy->phone_context);
	if (policy->n_own)
		vty_out(vty, " numbers");
	for (size_t i = 0; i < policy->n_own; i++)
		vty_out(vty, " %s", policy->own[i]);
	if (policy->n_own)
		vty_out(vty, "\n");
	if (*policy->default_number)
		vty_out(vty, " default-number %s\n", policy->default_number);
}
