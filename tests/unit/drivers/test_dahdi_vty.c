/* The configuration of spans on cards: what it means, what is refused, and that what is written reads back. */
#include <string.h>

#include <osmocom/core/talloc.h>

#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

static const char whole[] = "span e1-1\n"
			    " driver dahdi\n"
			    " type e1\n"
			    " law alaw\n"
			    " dahdi port 2 location PCI Bus 03 Slot 05\n"
			    " framing ccs\n"
			    " coding ami\n"
			    " crc4\n"
			    " line-build-out 3\n"
			    " clock-priority 1\n"
			    " tone-zone de\n"
			    " block 80\n"
			    " echo-canceller hardware\n"
			    " hardhdlc\n"
			    " rx-gain -3\n"
			    " tx-gain 6\n";

/* NULL with the faults, a line each, in *faults. */
static struct config *read_text(void *ctx, const char *text, char **faults)
{
	struct config_report *report = config_report_new(ctx, "f");
	struct config *config;

	grammar_init();
	config = config_read_text(ctx, text, strlen(text), report);
	*faults = talloc_strdup(ctx, "");
	for (size_t i = 0; i < config_report_count(report); i++)
		*faults = talloc_asprintf_append(*faults, "%s\n", config_report_get(report, i));
	return config;
}

static const struct span_config *first_span(const struct config *config)
{
	const struct spans_config *spans = config_get(config, &spans_section);

	ck_assert_uint_ge(spans->n, 1);
	return &spans->spans[0];
}

static void check_fault(const char *words, const char *fault)
{
	void *ctx = talloc_new(NULL);
	char *text = talloc_asprintf(ctx, "span a\n driver dahdi\n%s", words);
	char *faults;

	read_text(ctx, text, &faults);
	ck_assert_str_eq(faults, fault);
	talloc_free(ctx);
}

START_TEST(every_word_has_its_value)
{
	void *ctx = talloc_new(NULL);
	char *faults;
	const struct config *config = read_text(ctx, whole, &faults);
	const struct dahdi_config *dahdi;

	ck_assert_str_eq(faults, "");
	dahdi = &first_span(config)->dahdi;
	ck_assert_int_eq(dahdi->where, DAHDI_BY_PORT);
	ck_assert_uint_eq(dahdi->number, 2);
	ck_assert_str_eq(dahdi->location, "PCI Bus 03 Slot 05");
	ck_assert_int_eq(dahdi->framing, DAHDI_FRAMING_CCS);
	ck_assert_int_eq(dahdi->coding, DAHDI_CODING_AMI);
	ck_assert(dahdi->crc4 && dahdi->hardhdlc);
	ck_assert_uint_eq(dahdi->line_build_out, 3);
	ck_assert_uint_eq(dahdi->clock_priority, 1);
	ck_assert_str_eq(dahdi->tone_zone, "de");
	ck_assert_uint_eq(dahdi->block, 80);
	ck_assert_str_eq(dahdi->echo_canceller, "hardware");
	ck_assert_int_eq(dahdi->rx_gain, -3);
	ck_assert_int_eq(dahdi->tx_gain, 6);
	talloc_free(ctx);
}
END_TEST

START_TEST(what_is_written_reads_back_the_same)
{
	static const char *const texts[] = {
		whole,
		"span b\n driver dahdi\n type bri\n law alaw\n dahdi span 7\n bri-side nt\n "
		"termination\n",
		"span c\n driver dahdi\n type t1\n law mulaw\n dahdi dynamic loc 1:0\n framing "
		"d4\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		void *ctx = talloc_new(NULL);
		char *faults;
		const struct config *config = read_text(ctx, texts[i], &faults);

		ck_assert_str_eq(faults, "");
		ck_assert_ptr_nonnull(strstr(config_text(ctx, config), texts[i]));
		talloc_free(ctx);
	}
}
END_TEST

START_TEST(span_that_differs_in_one_word_is_another)
{
	static const char *const words[] = { " no crc4\n",
					     " framing cas\n",
					     " coding hdb3\n",
					     " clock-priority 2\n",
					     " block 40\n",
					     " rx-gain 0\n",
					     " echo-canceller none\n",
					     " dahdi span 2\n",
					     " line-build-out 0\n",
					     " no hardhdlc\n" };
	void *ctx = talloc_new(NULL);
	char *faults;
	const struct config *config = read_text(ctx, whole, &faults);

	ck_assert(span_config_same(first_span(config), first_span(config)));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *text = talloc_asprintf(ctx, "%s%s", whole, words[i]);
		const struct config *other = read_text(ctx, text, &faults);

		ck_assert_str_eq(faults, "");
		ck_assert(!span_config_same(first_span(config), first_span(other)));
	}
	talloc_free(ctx);
}
END_TEST

START_TEST(span_on_a_card_says_which)
{
	check_fault("", "f:1: span a does not say which of DAHDI's it is; `dahdi span 1`, or what "
			"`crosspoint --detect` lists\n");
}
END_TEST

START_TEST(line_has_what_its_type_can_have)
{
	check_fault(" dahdi span 1\n framing esf\n",
		    "f:4: span a: framing esf is not that of its type; an e1 has ccs or cas, a "
		    "bri ccs\n");
	check_fault(" dahdi span 1\n type t1\n framing ccs\n",
		    "f:5: span a: framing ccs is not that of its type; a t1 has esf or d4\n");
	check_fault(" dahdi span 1\n type t1\n coding hdb3\n",
		    "f:5: span a: coding hdb3 is not that of its type; hdb3 is an e1's, b8zs a "
		    "t1's, ami any's\n");
	check_fault(" dahdi span 1\n type t1\n crc4\n",
		    "f:5: span a: crc4 is an e1's; `no crc4` belongs there\n");
	check_fault(" dahdi span 1\n bri-side nt\n",
		    "f:4: span a: bri-side and termination are a bri's\n");
	check_fault(" dahdi span 1\n type bri\n framing cas\n",
		    "f:5: span a: framing cas is not that of its type; an e1 has ccs or cas, a "
		    "bri ccs\n");
}
END_TEST

START_TEST(unknown_tone_zone_and_a_cards_far_end_are_faults)
{
	check_fault(" dahdi span 1\n tone-zone xx\n",
		    "f:4: span a: DAHDI knows no tone-zone xx; two letters, as us, uk or de\n");
	check_fault(" dahdi span 1\n far-end a\n",
		    "f:4: span a: far-end is for virtual spans; a card's is at the end of its "
		    "cable\n");
}
END_TEST

START_TEST(figures_are_within_their_bounds)
{
	check_fault(" dahdi span 0\n", "f:3: \"0\" is wrong after \"dahdi span\"; right would be: "
				       "a number from 1 to 128\n");
	check_fault(" dahdi span 1\n block 30\n",
		    "f:4: \"30\" is wrong after \"block\"; right would be: 20, 40, 80, 160\n");
	check_fault(" dahdi span 1\n rx-gain 25\n",
		    "f:4: \"25\" is wrong after \"rx-gain\"; right would be: a number from -24 to "
		    "24\n");
}
END_TEST

START_TEST(one_span_of_the_kernel_is_one_of_ours)
{
	check_fault(" dahdi span 1\nspan b\n driver dahdi\n dahdi span 1\n",
		    "f:6: span b: span a is the same of DAHDI's already\n");
}
END_TEST

UNIT_MAIN("dahdi_vty", every_word_has_its_value, what_is_written_reads_back_the_same,
	  span_that_differs_in_one_word_is_another, span_on_a_card_says_which,
	  line_has_what_its_type_can_have, unknown_tone_zone_and_a_cards_far_end_are_faults,
	  figures_are_within_their_bounds, one_span_of_the_kernel_is_one_of_ours)
