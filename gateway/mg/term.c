/* What terminations of every kind do alike: answer, play a signal, notice the end of a digit. */
#include "mg/term.h"

#include "mg/media.h"

enum { REPORT_TICKS = 1000 / TICK_MS };

static void get_stats(const struct term *term, struct mg_stats *out)
{
	term->ops->stats(term, out);
	out->in_peak = peak_get(&term->in);
	out->out_peak = peak_get(&term->out);
}

/* Their numbers give each a tick of its own, as far as there are enough. */
void term_report(const struct term *term, struct media *media)
{
	struct report report = { .term = term->id, .signal = term->player.kind };

	if ((media->ticks + term->id) % REPORT_TICKS)
		return;
	if (report.signal == MG_SIGNAL_TONE)
		report.tone = term->player.tone.id;
	get_stats(term, &report.stats);
	media_report(media, &report);
}

void term_reply(const struct term *term, struct media *media, enum note_kind kind)
{
	struct note note = { .kind = kind, .term = term->id };

	if (kind == NOTE_SUBTRACTED)
		get_stats(term, &note.stats);
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
		media_digit(media, term->id, term->digit, false);
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
