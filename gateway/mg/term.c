/* What terminations of every kind do alike: answer, play a signal, notice the end of a digit. */
#include "mg/term.h"

#include "mg/media.h"

void term_reply(const struct term *term, struct media *media, enum note_kind kind)
{
	struct note note = { .kind = kind, .term = term->id };

	if (kind == NOTE_STATS || kind == NOTE_SUBTRACTED) {
		term->ops->stats(term, &note.stats);
		note.stats.in_peak = peak_get(&term->in);
		note.stats.out_peak = peak_get(&term->out);
	}
	media_reply(media, &note);
}

bool term_play(struct term *term, struct media *media, enum law law, struct frame *frame)
{
	if (term->player.kind == MG_SIGNAL_STOP)
		return false;
	if (player_draw(&term->player, &media->tones, law, frame))
		term_reply(term, media, NOTE_SIGNAL_DONE);
	return true;
}

void term_digit(struct term *term, struct media *media, char digit)
{
	if (term->digit && digit != term->digit)
		media_digit(media, term->id, term->digit);
	term->digit = digit;
}

void term_signal(struct term *term, struct media *media, const struct player *player)
{
	if (term->player.kind == MG_SIGNAL_DIGITS)
		term_reply(term, media, NOTE_SIGNAL_DONE);
	term->player = *player;
	/* Digits are answered at their end. */
	if (player->kind != MG_SIGNAL_DIGITS)
		term_reply(term, media, NOTE_SILENT);
}
