/* Identities in headers. */
#include "sip/text/caller.h"

#include <string.h>
#include <strings.h>

#include <sofia-sip/sip_extra.h>

#include "sip/text/telephone.h"

enum { PLAN_E164 = 1 };
enum { SCREENING_NONE = 0, SCREENING_PASSED = 1, SCREENING_NETWORK = 3 }; /* Q.931 4.5.10 */

enum privacy { PRIVACY_UNSAID, PRIVACY_NONE, PRIVACY_WANTED };

/* What one header says; found: a number or a name. */
struct said {
	struct telephone telephone;
	const char *display; /* NULL or "": none */
	enum privacy privacy;
	uint8_t screening;
	bool has_number;
};

static bool is_one_of(const char *word, const char *const words[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcasecmp(word, words[i]))
			return true;
	}
	return false;
}

/* RFC 3323 4.2: any of these asks that the identity be kept from the callee. */
static enum privacy privacy_of(const sip_privacy_t *privacy)
{
	static const char *const values[] = { "id", "user", "header" };
	enum privacy said = PRIVACY_UNSAID;

	for (const msg_param_t *value = privacy ? privacy->priv_values : NULL; value && *value;
	     value++) {
		if (is_one_of(*value, values, 3))
			return PRIVACY_WANTED;
		if (!strcasecmp(*value, "none"))
			said = PRIVACY_NONE;
	}
	return said;
}

/* RFC 3323 4.1.1.3. */
static bool is_anonymous(const url_t *url)
{
	const char *user = url->url_user, *host = url->url_host;

	return (user && !strcasecmp(user, "anonymous")) ||
	       (host && !strcasecmp(host, "anonymous.invalid"));
}

static bool read_number(const url_t *url, const struct number_policy *policy, struct said *out)
{
	out->has_number = !telephone_read(url, &out->telephone) &&
			  numbering_is_local(policy, out->telephone.context);
	if (out->has_number)
		numbering_hear(policy, &out->telephone.number);
	return out->has_number;
}

/* The first that is a telephone number (there may be a sip: and a tel: one); the first name. */
static bool read_asserted(const sip_t *sip, const struct number_policy *policy, struct said *out)
{
	const sip_p_asserted_identity_t *id = sip_p_asserted_identity(sip);

	for (; id; id = id->paid_next) {
		if (id->paid_display && *id->paid_display && !out->display)
			out->display = id->paid_display;
		if (!out->has_number && read_number(id->paid_url, policy, out))
			out->screening = SCREENING_NETWORK;
	}
	return out->has_number;
}

/* "full", "uri", "name", and these with "-network" behind */
static enum privacy rpid_privacy(const char *privacy)
{
	if (!privacy)
		return PRIVACY_UNSAID;
	privacy += *privacy == '"';
	return strncasecmp(privacy, "off", 3) == 0 ? PRIVACY_NONE : PRIVACY_WANTED;
}

static bool read_rpid(const sip_t *sip, const char *party, const struct number_policy *policy,
		      struct said *out)
{
	const sip_remote_party_id_t *id = sip_remote_party_id(sip);

	for (; id; id = id->rpid_next) {
		if (id->rpid_party && strcasecmp(id->rpid_party, party) != 0)
			continue;
		if (id->rpid_display && *id->rpid_display && !out->display)
			out->display = id->rpid_display;
		if (!read_number(id->rpid_url, policy, out))
			continue;
		out->privacy = rpid_privacy(id->rpid_privacy);
		if (id->rpid_screen && !strcasecmp(id->rpid_screen, "yes"))
			out->screening = SCREENING_PASSED;
		return true;
	}
	return false;
}

/* What a network says of the party, if it is believed. */
static bool read_believed(const sip_t *sip, const char *party, const struct caller_policy *policy,
			  struct said *out)
{
	return policy->believed && (read_asserted(sip, policy->numbers, out) ||
				    read_rpid(sip, party, policy->numbers, out));
}

/* What the user says of itself. It may prefer another number of its own (RFC 3325 9.2). */
static void read_claimed(const sip_t *sip, const struct number_policy *policy, struct said *out)
{
	const sip_p_preferred_identity_t *preferred = sip_p_preferred_identity(sip);
	struct said wish = { 0 };

	if (preferred && read_number(preferred->ppid_url, policy, &wish) &&
	    numbering_is_own(policy, &wish.telephone.number)) {
		out->telephone = wish.telephone;
		out->has_number = true;
		if (preferred->ppid_display && *preferred->ppid_display)
			out->display = preferred->ppid_display;
		return;
	}
	read_number(sip->sip_from->a_url, policy, out);
}

static struct leg_number number_of(const struct said *said, bool restricted)
{
	struct leg_number number = { .type = LEG_TON_UNKNOWN, .plan = PLAN_E164 };

	if (said->has_number)
		number = said->telephone.number;
	number.screening = said->screening;
	number.presentation = restricted         ? LEG_PRES_RESTRICTED
			      : said->has_number ? LEG_PRES_ALLOWED
						 : LEG_PRES_UNAVAILABLE;
	return number;
}

void caller_read(const sip_t *sip, const struct caller_policy *policy, struct leg_setup *out)
{
	enum privacy privacy = privacy_of(sip->sip_privacy);
	bool anonymous = is_anonymous(sip->sip_from->a_url);
	struct said said = { .screening = SCREENING_NONE };

	bool believed = read_believed(sip, "calling", policy, &said);
	if (!believed)
		read_claimed(sip, policy->numbers, &said);
	if (privacy == PRIVACY_UNSAID)
		privacy = said.privacy;
	/* An anonymous From means nothing else unless a header says that all may be shown. */
	bool restricted = privacy == PRIVACY_WANTED ||
			  (anonymous && (privacy == PRIVACY_UNSAID || !believed));
	out->calling = number_of(&said, restricted);
	if (!believed)
		numbering_screen(policy->numbers, &out->calling);
	out->calling_subaddress = said.telephone.subaddress;
	out->calling_name[0] = '\0';
	if (!said.display && !anonymous)
		said.display = sip->sip_from->a_display;
	if (said.display && !restricted)
		number_name(said.display, out->calling_name);
}

bool caller_read_party(const sip_t *sip, const struct caller_policy *policy, struct leg_party *out)
{
	struct said said = { .screening = SCREENING_NONE };
	struct leg_party party = { 0 };

	if (!read_believed(sip, "called", policy, &said) && !said.display)
		return false;
	bool restricted =
		privacy_of(sip->sip_privacy) == PRIVACY_WANTED || said.privacy == PRIVACY_WANTED;
	party.number = number_of(&said, restricted);
	party.subaddress = said.telephone.subaddress;
	if (said.display && !restricted)
		number_name(said.display, party.name);
	*out = party;
	return true;
}
