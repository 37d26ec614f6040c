// atlas URL CODE: what is related to a country, and which countries are related to that.
//
// The database is one that Django and django-gm2m wrote, on SQLite or PostgreSQL; the URL is all that differs.

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "edit.hpp"
#include "models.hpp"
#include "report.hpp"

namespace {

struct Arguments {
    std::string url;
    std::string code;
    std::vector<std::string> add{"Currency:XAU", "Language:558", "Script:Zsye"};
    std::vector<std::string> remove{"Script:Latn"};
    bool keep = false;
};

void declare(CLI::App& app, Arguments& arguments) {
    app.add_option("URL", arguments.url, "sqlite3://atlas.sqlite3 or postgresql://user@host/atlas")->required();
    app.add_option("CODE", arguments.code, "the country's ISO 3166-1 code, as CH")->required();
    app.add_option("--add", arguments.add, "what to link to the country, as Model:key")->capture_default_str();
    app.add_option("--remove", arguments.remove, "what to unlink from it, as Model:key")->capture_default_str();
    app.add_flag("--keep", arguments.keep, "commit these changes instead of rolling them back");
}

int run(const Arguments& arguments) {
    const atlas::Atlas atlas;
    // django(): the content types are in Django's table.
    auto db = gm2m::Database::open(atlas.models, arguments.url, gm2m::DatabaseOptions::django());

    const auto country = db.find<atlas::Country>(arguments.code);
    if (!country) {
        std::cerr << "atlas: there is no country '" << arguments.code << "': a code is as CH, in upper case\n";
        return 1;
    }
    atlas::Edit edit{.keep = arguments.keep};
    for (const std::string& reference : arguments.add)
        edit.add.push_back(atlas::find_object(db, reference));
    for (const std::string& reference : arguments.remove)
        edit.remove.push_back(atlas::find_object(db, reference));

    atlas::report(std::cout, db, atlas, country);
    atlas::apply(std::cout, db, atlas, country, edit);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("What is related to a country, in a database that Django and django-gm2m wrote");
    Arguments arguments;
    declare(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        return run(arguments);
    } catch (const gm2m::MissingTable& error) {
        std::cerr << "atlas: this is no database of the atlas: " << error.what() << '\n';
    } catch (const std::exception& error) {
        std::cerr << "atlas: " << error.what() << '\n';
    }
    return 1;
}
