#include "report.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "text.hpp"

namespace atlas {
namespace {

/// What is related, by model.
void print_related(std::ostream& out, const gm2m::RelatedSet& related) {
    // One call brings the objects of all models; each handle knows its own.
    std::map<std::string, std::vector<std::string>> names;
    for (const gm2m::Object& object : related.all())
        names[object.model().label()].push_back(describe(object));
    for (const gm2m::ModelCount& model : related.count_by_model()) {
        out << "  " << model.label << ": " << model.count << '\n';
        print_list(out, names[model.label]);
    }
}

/// For each related object of the model T, the other countries that have it.
template <class T>
void print_shared(std::ostream& out, gm2m::Database& db, const gm2m::RelatedSet& related, const Country& country) {
    std::vector<gm2m::Instance<T>> things = related.all<T>();
    std::ranges::sort(things, {}, [](const auto& thing) { return thing->name; });
    for (const gm2m::Instance<T>& thing : things) {
        std::vector<std::string> others;
        // The reverse side, by the name that the relation gives it on every target.
        for (const gm2m::Instance<Country>& other : db.related(thing, "countries").template all<Country>()) {
            if (other->code != country.code)
                others.push_back(other->name);
        }
        out << "  " << describe(thing) << ": " << (others.empty() ? "no other" : std::to_string(others.size())) << '\n';
        if (!others.empty())
            print_list(out, others, 8);
    }
}

/// The languages that are spoken there, those that most people speak first.
void print_spoken(std::ostream& out, const gm2m::RelatedSet& spoken) {
    for (const auto& [usage, language] : spoken.all_with_through<Usage, Language>())
        out << "  " << describe(language) << ": " << usage->population_percent << " %\n";
}

/// The countries that have the most related objects in common with it.
void print_closest(std::ostream& out, const gm2m::RelatedSet& related) {
    for (const auto& [country, count] : related.most_in_common(5))
        out << "  " << country.get<Country>().name << ": " << count << '\n';
}

}  // namespace

void report(std::ostream& out, gm2m::Database& db, const Atlas& atlas, const gm2m::Instance<Country>& country) {
    const gm2m::RelatedManager related = db.related(country, atlas.related);
    out << describe(country) << ": " << related.count() << " links\n\nRelated to it\n";
    print_related(out, related);

    out << "\nSpoken there\n";
    print_spoken(out, db.related(country, atlas.spoken));

    out << "\nWhich countries share its time zones\n";
    print_shared<TimeZone>(out, db, related, *country);
    out << "\nWhich countries share its currencies\n";
    print_shared<Currency>(out, db, related, *country);
    out << "\nWhich countries share its languages\n";
    print_shared<Language>(out, db, related, *country);
    out << "\nWhich countries share its scripts\n";
    print_shared<Script>(out, db, related, *country);

    out << "\nMost of these in common\n";
    print_closest(out, related);
}

}  // namespace atlas
