#include "edit.hpp"

#include <ostream>
#include <set>
#include <string>

#include "text.hpp"

namespace atlas {
namespace {

void print_changes(std::ostream& out, std::string_view what, const std::vector<gm2m::Reference>& changes) {
    // The changes come in no particular order.
    std::set<std::string> names;
    for (const gm2m::Reference& reference : changes)
        names.insert(reference.to_string());
    out << "  " << what << ':' << (names.empty() ? " nothing" : "");
    for (const std::string& name : names)
        out << ' ' << name;
    out << '\n';
}

/// The same link, seen from its target.
void print_users(std::ostream& out, gm2m::Database& db, const gm2m::Object& target,
                 const gm2m::Instance<Country>& country) {
    const gm2m::RelatedManager countries = db.related(target, "countries");
    out << "  " << describe(target) << ": countries: " << countries.count() << ", "
        << (countries.contains(country) ? "with " : "without ") << country->name << '\n';
}

}  // namespace

gm2m::Object find_object(gm2m::Database& db, std::string_view reference) {
    const auto colon = reference.find(':');
    const std::string model = "atlas." + std::string(reference.substr(0, colon));
    if (colon == std::string_view::npos)
        throw gm2m::DoesNotExist("'" + std::string(reference) +
                                 "' names no object: write Model:key, as in Currency:CHF");
    return db.get(model, reference.substr(colon + 1));
}

void apply(std::ostream& out, gm2m::Database& db, const Atlas& atlas, const gm2m::Instance<Country>& country,
           const Edit& edit) {
    const gm2m::RelatedManager related = db.related(country, atlas.related);
    out << "\nA change\n";
    gm2m::Transaction transaction(db);
    // Objects of any models in one call; what is linked already is no error and is not in the answer.
    print_changes(out, "linked", related.add(edit.add).added);
    print_changes(out, "unlinked", related.remove(edit.remove).removed);
    for (const gm2m::Object& target : edit.add)
        print_users(out, db, target, country);
    for (const gm2m::Object& target : edit.remove)
        print_users(out, db, target, country);
    if (edit.keep)
        transaction.commit();
    else
        transaction.rollback();
    out << "  " << (edit.keep ? "kept" : "taken back") << ": " << country->name << " has " << related.count()
        << " links\n";
}

}  // namespace atlas
