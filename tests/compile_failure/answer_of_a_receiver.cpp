// Expected: gm2m: a receiver returns a bool, or nothing
#include <gm2m/gm2m.hpp>

void count_deletions(const gm2m::GM2MField& field, std::size_t& count) {
#ifdef MISTAKE
    field.deleting().connect([&](const gm2m::Deleting& event) { return count += event.objects().size(); });
#else
    field.deleting().connect([&](const gm2m::Deleting& event) { count += event.objects().size(); });
#endif
}
