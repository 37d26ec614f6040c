#include "schema/existing_table.hpp"

namespace gm2m::schema {
namespace {

template <class F>
void read(backend::Connection& connection, const std::string& sql, const std::string& table,
          std::span<const Kind> columns, F row) {
    const backend::Parameter parameters[] = {backend::Parameter::text(table)};
    backend::RowSink sink(std::move(row));
    backend::Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
    connection.execute(request, backend::Access::read);
}

}  // namespace

ExistingTable read_table(backend::Connection& connection, std::string_view name) {
    const backend::Dialect& dialect = connection.dialect();
    const std::string table = dialect.fit(name);
    ExistingTable existing;
    ExistingTable::Index key{true, {}};
    constexpr Kind column_kinds[] = {Kind::text, Kind::text, Kind::integer, Kind::integer};
    read(connection, dialect.describe_columns(), table, column_kinds, [&](std::span<const ValueView> row) {
        existing.columns.push_back({std::string(row[0].text()), std::string(row[1].text()), std::nullopt});
        if (!row[2].is_null())
            existing.columns.back().can_be_null = row[2].integer() != 0;
        if (row[3].integer() != 0)
            key.columns.emplace_back(row[0].text());
    });
    if (!existing.exists())
        return existing;
    if (!key.columns.empty())
        existing.indexes.push_back(std::move(key));
    constexpr Kind index_kinds[] = {Kind::big_integer, Kind::integer, Kind::text};
    std::optional<std::int64_t> last;
    read(connection, dialect.describe_indexes(), table, index_kinds, [&](std::span<const ValueView> row) {
        if (last != row[0].integer())
            existing.indexes.push_back({row[1].integer() != 0, {}});
        last = row[0].integer();
        existing.indexes.back().columns.emplace_back(row[2].is_null() ? std::string_view() : row[2].text());
    });
    return existing;
}

}  // namespace gm2m::schema
