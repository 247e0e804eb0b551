/* A session description from a stranger: parsed, agreed with and answered. What we write must read back. */
#include "sip/text/offer_parse.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct offer_policy ours = {
	.telephone_event = true,
	.codecs = { CODEC_PCMA, CODEC_PCMU },
	.n_codecs = 2,
	.ptime_ms = 20,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct offer_origin origin = { .id = 1, .version = 1 };
	struct offer offer, back;
	struct mg_rtp rtp;
	char text[OFFER_TEXT_MAX];
	unsigned warning;

	netaddr_parse("192.0.2.1", 20000, &origin.rtp);
	if (offer_parse((const char *)data, size, &offer, &warning))
		return 0;
	if (!offer_agree(&offer, &ours, LEG_LAW_ALAW, &rtp))
		return 0;
	if (offer_answer(&origin, &offer, &rtp, text, sizeof(text)))
		__builtin_trap();
	if (offer_parse(text, strlen(text), &back, &warning))
		__builtin_trap();
	if (back.n_streams != offer.n_streams || back.stream != offer.stream)
		__builtin_trap();
	return 0;
}
