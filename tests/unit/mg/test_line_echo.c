/* The echo canceller of a timeslot in its place: the other party does not hear itself, modems and data are left
 * alone, and digits that we say are not heard coming back. */
#include "tests/unit/mg/stats.h"

enum { LINE = 3, OTHER = 5, TAIL_MS = 64 };

/* A line that gives back what it gets, 10 dB below; another party on a line without echo. */
struct bed {
	struct rig rig;
	struct party line, other;
	uint32_t random;
	double coloured, phase;
	unsigned samples;
	double back, from; /* powers: heard by the other party, said by the line */
};

static void bed_add(struct bed *bed, struct mg_tdm how)
{
	struct mg_term line = { .kind = MG_TDM, .tdm = how };
	struct mg_term other;

	*bed = (struct bed){ .rig = rig_new(LAW_ALAW), .random = 1 };
	other = rig_tdm(bed->rig.near, OTHER);
	line.tdm.span = bed->rig.near->index;
	line.tdm.timeslot = LINE;
	rig_add(&bed->rig, &bed->line, 7, &line);
	rig_add(&bed->rig, &bed->other, 7, &other);
}

static void noise(struct bed *bed, uint8_t *octets)
{
	int16_t samples[TICK_OCTETS];

	for (unsigned i = 0; i < TICK_OCTETS; i++) {
		bed->random = bed->random * 1664525 + 1013904223;
		bed->coloured = 0.5 * bed->coloured + (int32_t)bed->random / 2147483648.0;
		samples[i] = (int16_t)(bed->coloured * 5000);
	}
	g711_encode(LAW_ALAW, samples, octets, TICK_OCTETS);
}

/* V.25's answer tone with its reversals. */
static void answer_tone(struct bed *bed, uint8_t *octets)
{
	int16_t samples[TICK_OCTETS];

	for (unsigned i = 0; i < TICK_OCTETS; i++) {
		if (++bed->samples % (450 * 8) == 0)
			bed->phase += M_PI;
		samples[i] = (int16_t)(6000 * sin(2 * M_PI * 2100 * bed->samples / SAMPLE_RATE +
						  bed->phase));
	}
	g711_encode(LAW_ALAW, samples, octets, TICK_OCTETS);
}

static double power(const uint8_t *octets)
{
	int16_t samples[TICK_OCTETS];
	double sum = 0;

	g711_decode(LAW_ALAW, octets, samples, TICK_OCTETS);
	for (unsigned i = 0; i < TICK_OCTETS; i++)
		sum += (double)samples[i] * samples[i];
	return sum;
}

/* The other party says octets (NULL: nothing), the line echoes what it heard. */
static void bed_tick(struct bed *bed, const uint8_t *octets)
{
	int16_t samples[TICK_OCTETS];
	uint8_t echo[TICK_OCTETS];

	rig_tick(&bed->rig);
	g711_decode(LAW_ALAW, rig_line_rx(&bed->rig, LINE), samples, TICK_OCTETS);
	for (unsigned i = 0; i < TICK_OCTETS; i++)
		samples[i] = (int16_t)(samples[i] * 0.316);
	g711_encode(LAW_ALAW, samples, echo, TICK_OCTETS);
	rig_line_tx(&bed->rig, LINE, echo);
	if (octets)
		rig_line_tx(&bed->rig, OTHER, octets);
	bed->from += power(echo);
	bed->back += power(rig_line_rx(&bed->rig, OTHER));
}

static double bed_loss(struct bed *bed, unsigned ticks)
{
	uint8_t octets[TICK_OCTETS];

	bed->from = bed->back = 1;
	while (ticks--) {
		noise(bed, octets);
		bed_tick(bed, octets);
	}
	return 10 * log10(bed->from / bed->back);
}

START_TEST(who_speaks_to_a_line_does_not_hear_himself)
{
	struct bed bed;
	struct mg_stats stats;

	bed_add(&bed, (struct mg_tdm){ .echo_tail_ms = TAIL_MS });
	bed_loss(&bed, 200);
	ck_assert_double_ge(bed_loss(&bed, 100), 25);
	stats = rig_end(&bed.rig, &bed.line);
	ck_assert(stats.echo_on);
	ck_assert_int_ge(stats.erl_ddb, 85);
	ck_assert_int_le(stats.erl_ddb, 115);
	ck_assert_int_ge(stats.erle_ddb, 200);
	rig_free(&bed.rig);
}
END_TEST

START_TEST(without_a_tail_or_with_data_echo_comes_back)
{
	for (unsigned data = 0; data <= 1; data++) {
		struct bed bed;
		struct mg_stats stats;

		bed_add(&bed, (struct mg_tdm){ .data = data, .echo_tail_ms = data ? TAIL_MS : 0 });
		bed_loss(&bed, 100);
		if (!data)
			ck_assert_double_le(fabs(bed_loss(&bed, 50)), 1);
		stats = rig_end(&bed.rig, &bed.line);
		ck_assert(!stats.echo_on);
		ck_assert_int_eq(stats.erl_ddb, 0);
		rig_free(&bed.rig);
	}
}
END_TEST

START_TEST(a_modem_turns_it_off_and_silence_on_again)
{
	struct bed bed;
	uint8_t octets[TICK_OCTETS], sent[TICK_OCTETS], idle[TICK_OCTETS];

	memset(idle, LAW_ALAW_IDLE, sizeof(idle));
	bed_add(&bed, (struct mg_tdm){ .echo_tail_ms = TAIL_MS });
	bed_loss(&bed, 200);
	for (unsigned i = 0; i < 250; i++) { /* the last report is not a second old */
		answer_tone(&bed, octets);
		bed_tick(&bed, octets);
	}
	ck_assert(!rig_status(&bed.rig, &bed.line).stats.echo_on);
	for (unsigned i = 0; i < 20; i++) { /* from the line every octet comes as it is */
		noise(&bed, octets);
		rig_line_tx(&bed.rig, OTHER, octets);
		pattern(sent, TICK_OCTETS, 9);
		rig_line_tx(&bed.rig, LINE, sent);
		rig_tick(&bed.rig);
		if (i > 3)
			ck_assert_mem_eq(rig_line_rx(&bed.rig, OTHER), sent, TICK_OCTETS);
	}
	for (unsigned i = 0; i < 250; i++) {
		rig_line_tx(&bed.rig, OTHER, idle);
		rig_line_tx(&bed.rig, LINE, idle);
		rig_tick(&bed.rig);
	}
	ck_assert(rig_status(&bed.rig, &bed.line).stats.echo_on);
	rig_free(&bed.rig);
}
END_TEST

START_TEST(digits_that_we_say_are_not_heard_coming_back)
{
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "159#" };

	for (unsigned cancels = 0; cancels <= 1; cancels++) {
		struct bed bed;
		bed_add(&bed, (struct mg_tdm){ .detect_dtmf = MG_DTMF_REPORTED,
					       .echo_tail_ms = cancels ? TAIL_MS : 0 });
		bed_loss(&bed, 300);
		ck_assert_int_eq(mg_signal(bed.rig.mg, bed.line.id, &digits), 0);
		for (unsigned i = 0; i < 120; i++)
			bed_tick(&bed, NULL);
		ck_assert_str_eq(bed.line.digits, cancels ? "" : "159#");
		rig_free(&bed.rig);
	}
}
END_TEST

/* A party that echoes sends what the line itself said: no echo of the line, however much like one. */
START_TEST(an_echo_party_is_no_echo_of_the_line)
{
	struct mg_term echo = { .kind = MG_LOCAL, .local = { .echo = true, .law = LAW_ALAW } };
	uint8_t octets[TICK_OCTETS];
	struct party party;
	struct bed bed;
	double said = 0, heard = 0;

	bed_add(&bed, (struct mg_tdm){ .echo_tail_ms = TAIL_MS });
	ck_assert_int_eq(mg_subtract(bed.rig.mg, bed.other.id), 0);
	rig_add(&bed.rig, &party, 7, &echo);
	for (unsigned i = 0; i < 300; i++) {
		noise(&bed, octets);
		rig_line_tx(&bed.rig, LINE, octets);
		rig_tick(&bed.rig);
		if (i < 10)
			continue;
		said += power(octets);
		heard += power(rig_line_rx(&bed.rig, LINE));
	}
	ck_assert_double_eq_tol(10 * log10(heard / said), 0, 0.1);
	ck_assert(!rig_status(&bed.rig, &bed.line).stats.echo_on);
	mg_forget(bed.rig.mg, party.id);
	rig_add(&bed.rig, &bed.other, 7,
		&(struct mg_term){ .kind = MG_TDM,
				   .tdm = { .span = bed.rig.near->index, .timeslot = OTHER } });
	bed_loss(&bed, 250);
	ck_assert_double_ge(bed_loss(&bed, 100), 25); /* then it learns again */
	rig_free(&bed.rig);
}
END_TEST

UNIT_MAIN("line_echo", who_speaks_to_a_line_does_not_hear_himself,
	  without_a_tail_or_with_data_echo_comes_back, a_modem_turns_it_off_and_silence_on_again,
	  digits_that_we_say_are_not_heard_coming_back, an_echo_party_is_no_echo_of_the_line)
