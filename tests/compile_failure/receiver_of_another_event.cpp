// Expected: gm2m: a receiver is called with the signal's event: it takes a const Event&
#include <gm2m/gm2m.hpp>

void listen(const gm2m::GM2MField& videos) {
#ifdef MISTAKE
    videos.deleting().connect([](const gm2m::LinkChange&) { return true; });
#else
    videos.deleting().connect([](const gm2m::Deleting&) { return true; });
#endif
}
