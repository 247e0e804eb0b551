/* Plays the signal of a termination. On A-law the milliwatt is G.711's own octets. */
#include "mg/player.h"

#include <errno.h>
#include <string.h>

#include "codecs/g711.h"
#include "rtp/tevent.h"

enum { DIGIT_ON_TICKS = 100 / TICK_MS, DIGIT_TICKS = 200 / TICK_MS };

static bool digits_valid(const char *digits, size_t size)
{
	size_t len = strnlen(digits, size);

	if (!len || len == size)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (tevent_event(digits[i]) < 0)
			return false;
	}
	return true;
}

int player_init(struct player *player, const struct mg_signal *signal)
{
	*player = (struct player){ .kind = signal->kind };
	switch (signal->kind) {
	case MG_SIGNAL_STOP:
		return 0;
	case MG_SIGNAL_TONE:
		if (signal->tone <= TONE_NONE || signal->tone >= TONE_COUNT)
			return -EINVAL;
		tone_init(&player->tone, signal->tone);
		return 0;
	case MG_SIGNAL_DIGITS:
		if (!digits_valid(signal->digits, sizeof(signal->digits)))
			return -EINVAL;
		memcpy(player->digits, signal->digits, sizeof(player->digits));
		return 0;
	}
	return -EINVAL;
}

static void draw_tone(struct player *player, enum law law, struct frame *out)
{
	int16_t samples[TICK_OCTETS];

	if (law == LAW_ALAW && player->tone.id == TONE_MILLIWATT) {
		for (unsigned i = 0; i < TICK_OCTETS; i += 8)
			memcpy(player->octets + i, tone_digital_milliwatt(law), 8);
	} else {
		tone_draw(&player->tone, samples, TICK_OCTETS);
		g711_encode(law, samples, player->octets, TICK_OCTETS);
	}
	*out = (struct frame){ .law = law, .octets = player->octets };
}

static bool draw_digit(struct player *player, const struct digit_tones *tones, enum law law,
		       struct frame *out)
{
	char digit = player->digits[player->at];
	int16_t samples[TICK_OCTETS];

	if (!player->ticks)
		player->pair = *digit_tones_get(tones, digit);
	if (player->ticks < DIGIT_ON_TICKS) {
		dtmf_gen_draw(&player->pair, samples, TICK_OCTETS);
		g711_encode(law, samples, player->octets, TICK_OCTETS);
		*out = (struct frame){ law, player->octets, digit, true, false };
	} else {
		*out = frame_idle(law);
	}
	if (++player->ticks < DIGIT_TICKS)
		return false;
	player->ticks = 0;
	if (player->digits[++player->at])
		return false;
	player->kind = MG_SIGNAL_STOP;
	return true;
}

bool player_draw(struct player *player, const struct digit_tones *tones, enum law law,
		 struct frame *out)
{
	if (player->kind == MG_SIGNAL_DIGITS)
		return draw_digit(player, tones, law, out);
	draw_tone(player, law, out);
	return false;
}
