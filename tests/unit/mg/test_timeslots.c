/* When a channel is opened and closed at its driver: around all terminations that have its timeslot. */
#include "tests/unit/mg/stats.h"

#include "tests/unit/oom.h"

/* A card: the virtual driver's own functions, and channels that must be open while they are used. */
static struct {
	struct tdm_driver driver;
	bool open[TDM_MAX_TIMESLOTS];
	unsigned opened, closed;
	struct tdm_channel how;
	int answer;
} card;

static int card_open(struct tdm_span *span, unsigned timeslot, const struct tdm_channel *how)
{
	(void)span;
	card.how = *how;
	if (card.answer < 0)
		return card.answer;
	card.open[timeslot] = true;
	card.opened++;
	return card.answer;
}

static void card_close(struct tdm_span *span, unsigned timeslot)
{
	(void)span;
	card.closed += card.open[timeslot];
	card.open[timeslot] = false;
}

static const uint8_t *card_rx(struct tdm_span *span, unsigned timeslot)
{
	static const uint8_t octets[TICK_OCTETS];

	(void)span;
	ck_assert(card.open[timeslot]);
	return octets;
}

static struct rig rig_with_card(void)
{
	struct rig rig = rig_new(LAW_ALAW);

	memset(&card, 0, sizeof(card));
	card.driver = *rig.near->driver;
	card.driver.channel_open = card_open;
	card.driver.channel_close = card_close;
	card.driver.rx = card_rx;
	rig.near->driver = &card.driver;
	return rig;
}

START_TEST(a_channel_is_open_from_add_until_the_media_thread_gave_it_back)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3);
	struct party line;

	tdm.tdm.echo_tail_ms = 32;
	rig_add(&rig, &line, 7, &tdm);
	ck_assert(card.open[3] && card.how.speech);
	ck_assert_uint_eq(card.how.echo_tail_ms, 32);
	rig_ticks(&rig, 3);
	ck_assert_int_eq(mg_subtract(rig.mg, line.id), 0);
	ck_assert(card.open[3]);
	rig_tick(&rig);
	ck_assert_uint_eq(line.told[MG_EV_SUBTRACTED], 1);
	ck_assert_uint_eq(card.opened, 1);
	ck_assert_uint_eq(card.closed, 1);
	rig_free(&rig);
	ck_assert_uint_eq(card.closed, 1);
}
END_TEST

START_TEST(clear_data_is_opened_as_such)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3);
	struct party line;

	tdm.tdm.data = true;
	tdm.tdm.echo_tail_ms = 64;
	rig_add(&rig, &line, 7, &tdm);
	ck_assert(!card.how.speech);
	ck_assert_uint_eq(card.how.echo_tail_ms, 0);
	tdm.tdm.data = false;
	ck_assert_int_eq(mg_modify(rig.mg, line.id, &tdm), -EINVAL);
	rig_free(&rig);
	ck_assert_uint_eq(card.closed, 1);
}
END_TEST

/* Released and seized again before the thread has said a word: handed over, with one close in the end. */
START_TEST(a_timeslot_that_is_seized_again_at_once_stays_open)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3);
	struct party line[3];

	rig_add(&rig, &line[0], 7, &tdm);
	rig_ticks(&rig, 3);
	for (unsigned i = 1; i < 3; i++) {
		ck_assert_int_eq(mg_add(rig.mg, 8, &tdm, party_hears, NULL), -EBUSY);
		ck_assert_int_eq(mg_subtract(rig.mg, line[i - 1].id), 0);
		tdm.tdm.data = i == 1;
		rig_add(&rig, &line[i], 7, &tdm);
		ck_assert_int_eq(card.how.speech, i == 2);
	}
	rig_ticks(&rig, 3);
	ck_assert_uint_eq(line[1].told[MG_EV_SUBTRACTED], 1);
	ck_assert_uint_eq(line[2].told[MG_EV_ADDED], 1);
	ck_assert_uint_eq(card.closed, 0);
	mg_forget(rig.mg, line[2].id);
	rig_tick(&rig);
	ck_assert_uint_eq(card.closed, 1);
	rig_free(&rig);
}
END_TEST

START_TEST(a_channel_that_cannot_be_opened_refuses_the_add)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3);
	struct mg_totals totals;
	struct party line;

	card.answer = -ENXIO;
	ck_assert_int_eq(mg_add(rig.mg, 7, &tdm, party_hears, NULL), -ENXIO);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.terminations + totals.contexts, 0);
	card.answer = 0;
	rig_add(&rig, &line, 7, &tdm);
	rig_tick(&rig);
	ck_assert_uint_eq(line.told[MG_EV_ADDED], 1);
	card.answer = -EIO; /* while the last one is still the thread's */
	ck_assert_int_eq(mg_subtract(rig.mg, line.id), 0);
	ck_assert_int_eq(mg_add(rig.mg, 7, &tdm, party_hears, NULL), -EIO);
	rig_tick(&rig);
	ck_assert_uint_eq(card.closed, 1);
	rig_free(&rig);
}
END_TEST

START_TEST(a_card_that_cancels_echo_spares_us_that)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3);
	struct party line;

	tdm.tdm.echo_tail_ms = 64;
	for (card.answer = 0; card.answer <= 1; card.answer++) {
		rig_add(&rig, &line, 7, &tdm);
		ck_assert_int_eq(rig_status(&rig, &line).card_cancels, card.answer);
		ck_assert_int_eq(rig_end(&rig, &line).echo_on, !card.answer);
	}
	rig_free(&rig);
}
END_TEST

START_TEST(a_span_that_goes_closes_its_channels_and_reopens_them_when_it_comes_back)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3), other = rig_tdm(rig.near, 4);
	struct party line[2];

	rig_add(&rig, &line[0], 7, &tdm);
	rig_add(&rig, &line[1], 8, &other);
	rig_tick(&rig);
	ck_assert_int_eq(mg_subtract(rig.mg, line[1].id), 0);
	ck_assert_int_eq(mg_detach(rig.mg, rig.near), 0);
	ck_assert_uint_eq(card.closed, 2);
	rig_ticks(&rig, 3); /* what comes back now finds no span */
	ck_assert_int_eq(mg_attach(rig.mg, rig.near), 0);
	ck_assert(card.open[3] && !card.open[4]);
	rig_ticks(&rig, 3);
	ck_assert_int_eq(mg_subtract(rig.mg, line[0].id), 0);
	rig_tick(&rig);
	ck_assert_uint_eq(card.closed, 3);
	rig_free(&rig);
}
END_TEST

START_TEST(lack_of_memory_leaves_no_channel_open)
{
	struct rig rig = rig_with_card();
	struct mg_term tdm = rig_tdm(rig.near, 3);

	OOM_EACH(done)
	{
		int64_t id = mg_add(rig.mg, 7, &tdm, NULL, NULL);
		oom_off();
		done = id > 0;
		ck_assert(done || id == -ENOMEM);
		ck_assert_int_eq(card.open[3], done);
	}
	rig_free(&rig);
	ck_assert_uint_eq(card.opened, card.closed);
}
END_TEST

UNIT_MAIN("timeslots", a_channel_is_open_from_add_until_the_media_thread_gave_it_back,
	  clear_data_is_opened_as_such, a_timeslot_that_is_seized_again_at_once_stays_open,
	  a_channel_that_cannot_be_opened_refuses_the_add, a_card_that_cancels_echo_spares_us_that,
	  a_span_that_goes_closes_its_channels_and_reopens_them_when_it_comes_back,
	  lack_of_memory_leaves_no_channel_open)
