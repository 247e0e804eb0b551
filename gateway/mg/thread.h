/* The media thread: ticks a media state by the monotonic clock until it is stopped. Control thread. */
#pragma once

struct media;
struct media_thread;

struct media_thread *media_thread_new(void *talloc_ctx,
				      struct media *media); /* NULL, errno says why */
void media_thread_free(struct media_thread *thread);        /* stops and joins it: at most a tick */
