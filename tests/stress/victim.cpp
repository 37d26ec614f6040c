#include "stress/victim.hpp"

#include <signal.h>
#include <unistd.h>

#include "stress/child_process.hpp"
#include "stress/many_links.hpp"
#include "stress/workers.hpp"

namespace gm2m::test {

int victim_process(const std::vector<std::string>& arguments) {
    const Cinema cinema(configuration_called(arguments[0]), shared_relation());
    DatabaseOptions options = patient();
    options.keys_per_statement = victim_keys_per_statement;
    Database db = Database::open(cinema.registry, arguments[1], options);
    std::vector<Reference> movies;
    for (int key = 1; key <= many_links; ++key)
        movies.push_back({&cinema.registry["cinema.Movie"], Value(key)});

    const bool removes = arguments[2] == "remove";
    int left = std::stoi(arguments[3]);
    if (left > 0)
        db.listen([&left, removes](const StatementEvent& event) {
            if ((!removes || event.sql.starts_with("DELETE")) && --left == 0)
                kill(getpid(), SIGKILL);
        });
    wait_for_start();
    report("begun");
    if (removes)
        db.remove(db.query("cinema.Movie"));
    else
        db.related(Reference{&cinema.registry["cinema.User"], Value(1)}, cinema.preferred).add(movies);
    report("done");
    return 0;
}

}  // namespace gm2m::test
