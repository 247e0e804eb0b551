/* The PBX's half of what the wizard joins, in the words of each kind of PBX. */
#include <netinet/in.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "manage/setup/setup_model.h"

/* "our address in a URI", "[2001:db8::20]:5060" */
static void uri_host(const struct setup_answers *answers, char out[static SETUP_HOST + 16])
{
	setup_place_text(&answers->own, out, SETUP_HOST + 16);
}

static const char *codecs(const struct setup_answers *answers)
{
	return answers->card && !strcmp(answers->card->type, "t1") ? "ulaw,alaw" : "alaw,ulaw";
}

/* Of a number that begins so, or of any. */
static void put_extension(FILE *out, const char *digits, const char *rest, const char *target)
{
	fprintf(out, "exten => _%s%s,1,Dial(PJSIP/${EXTEN}%s)\n", *digits ? digits : "X", rest,
		target);
}

static void pjsip_conf(FILE *out, const struct setup_answers *answers)
{
	const bool ipv6 = answers->own.family == AF_INET6;
	const unsigned port = answers->pbx.port ? answers->pbx.port : 5060;
	char host[SETUP_HOST + 16];

	uri_host(answers, host);
	fprintf(out,
		"; pjsip.conf\n"
		"[transport-crosspoint] ; leave it out and name yours below, if you have one\n"
		"type = transport\n"
		"protocol = udp\n"
		"bind = %s:%u\n\n"
		"[crosspoint]\n"
		"type = endpoint\n"
		"transport = transport-crosspoint\n"
		"context = from-line\n"
		"aors = crosspoint\n"
		"disallow = all\n"
		"allow = %s\n"
		"dtmf_mode = rfc4733\n"
		"direct_media = no\n\n",
		ipv6 ? "[::]" : "0.0.0.0", port, codecs(answers));
	fprintf(out,
		"[crosspoint]\n"
		"type = aor\n"
		"contact = sip:%s\n"
		"qualify_frequency = 30\n\n"
		"[crosspoint]\n"
		"type = identify\n"
		"endpoint = crosspoint\n"
		"match = %s\n\n",
		host, answers->own.host);
}

static void asterisk(FILE *out, const struct setup_answers *answers)
{
	pjsip_conf(out, answers);
	fprintf(out, "; extensions.conf\n"
		     "[from-internal] ; the context of your phones\n");
	put_extension(out, answers->prefix, *answers->prefix ? "." : "!", "@crosspoint");
	fprintf(out, "\n[from-line]\n");
	for (size_t i = 0; i < answers->n_numbers; i++)
		put_extension(out, answers->numbers[i], "!", "");
	if (!answers->n_numbers)
		put_extension(out, "", "!", "");
	fprintf(out, "\n; then: asterisk -rx 'core reload'\n");
}

static void freepbx(FILE *out, const struct setup_answers *answers)
{
	fprintf(out,
		"Connectivity, Trunks, Add Trunk, Add SIP (chan_pjsip) Trunk:\n"
		"  General         Trunk Name             crosspoint\n"
		"  pjsip, General  Authentication         None\n"
		"                  Registration           None\n"
		"                  SIP Server             %s\n"
		"                  SIP Server Port        %u\n"
		"                  Context                from-pstn\n"
		"  pjsip, Advanced DTMF Mode              RFC 4733\n"
		"                  Qualify Frequency      30\n"
		"                  Match (Permit)         %s\n"
		"  pjsip, Codecs                          %s\n",
		answers->own.host, answers->own.port, answers->own.host, codecs(answers));
	fprintf(out,
		"Connectivity, Outbound Routes, Add:\n"
		"  Route Name      to-the-line\n"
		"  Trunk Sequence  crosspoint\n"
		"  Dial Patterns   match pattern %s%s, with nothing in prefix and prepend\n"
		"Connectivity, Inbound Routes, Add, one for each number that is called:\n",
		*answers->prefix ? answers->prefix : "X", ".");
	for (size_t i = 0; i < answers->n_numbers; i++)
		fprintf(out, "  DID Number      begins with %s\n", answers->numbers[i]);
	if (!answers->n_numbers)
		fprintf(out, "  DID Number      any (leave it empty)\n");
	fprintf(out, "  Set Destination the extension, or whatever is to ring\n"
		     "Then: Apply Config.\n");
}

static void generic(FILE *out, const struct setup_answers *answers)
{
	char host[SETUP_HOST + 16], pbx[SETUP_HOST + 16];

	uri_host(answers, host);
	setup_place_text(&answers->pbx, pbx, sizeof(pbx));
	fprintf(out,
		"SIP trunk to               %s over UDP (TCP too)\n"
		"Registration               none, in neither direction\n"
		"User, password             none: the two know each other by address\n"
		"Requests come from         %s\n"
		"We send requests to        %s\n"
		"Codecs                     G.711 (%s), 20 ms\n"
		"DTMF                       telephone-event (RFC 4733)\n",
		host, host, pbx, *codecs(answers) == 'a' ? "A-law, or mu-law" : "mu-law, or A-law");
	fprintf(out, "Calls to send here         numbers that begin with %s\n",
		*answers->prefix ? answers->prefix : "anything that is not the PBX's own");
	fprintf(out, "Calls that come from here  to numbers that begin with");
	for (size_t i = 0; i < answers->n_numbers; i++)
		fprintf(out, "%s %s", i ? "," : "", answers->numbers[i]);
	fprintf(out, "%s\n", answers->n_numbers ? "" : " any digit");
}

static const struct kind {
	const char *name, *title;
	void (*print)(FILE *out, const struct setup_answers *answers);
} kinds[] = {
	{ "asterisk", "Asterisk", asterisk },
	{ "freepbx", "FreePBX", freepbx },
	{ "generic", "any PBX", generic },
};

bool setup_pbx_known(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, kind))
			return true;
	return false;
}

void setup_pbx_print(FILE *out, const struct setup_answers *answers, const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kind && strcmp(kinds[i].name, kind) != 0)
			continue;
		fprintf(out, "\n==== The PBX's half, for %s ====\n\n", kinds[i].title);
		kinds[i].print(out, answers);
	}
}
