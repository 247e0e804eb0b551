/* A session description from a stranger: parsed, agreed with under every policy, answered and offered again. What we
 * write must read back. */
#include "sip/text/keying.c"
#include "sip/text/offer_lines.c"
#include "sip/text/offer_parse.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct offer_policy ours = {
	.telephone_event = true,
	.codecs = { CODEC_PCMA, CODEC_PCMU },
	.n_codecs = 2,
	.ptime_ms = 20,
	.encrypts = true,
};

static void check_back(const struct offer *offer, const char *text)
{
	struct offer back;
	unsigned warning;

	if (offer_parse(text, strlen(text), &back, &warning))
		__builtin_trap();
	if (back.n_streams != offer->n_streams || back.stream != offer->stream)
		__builtin_trap();
}

static void answer(const struct offer *offer, const struct offer_policy *policy)
{
	struct offer_origin origin = { .id = 1, .version = 1, .tevent_pt = OFFER_TEVENT_PT };
	const struct keying_crypto *crypto;
	char text[OFFER_TEXT_MAX];
	struct mg_rtp rtp;

	netaddr_parse("192.0.2.1", 20000, &origin.rtp);
	if (!offer_agree(offer, policy, LEG_LAW_ALAW, &rtp))
		return;
	if (offer_secures(offer, policy, &crypto) && crypto)
		origin.key = *crypto;
	if (offer_answer(&origin, offer, &rtp, text, sizeof(text)))
		__builtin_trap();
	check_back(offer, text);
	if (offer_write(&origin, offer, policy, LEG_LAW_ALAW, text, sizeof(text)))
		__builtin_trap();
	check_back(offer, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct offer_policy policy = ours;
	struct offer offer;
	unsigned warning;

	if (offer_parse((const char *)data, size, &offer, &warning))
		return 0;
	for (policy.srtp = OFFER_SRTP_OFF; policy.srtp <= OFFER_SRTP_REQUIRED; policy.srtp++)
		answer(&offer, &policy);
	return 0;
}
