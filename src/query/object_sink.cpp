#include "query/object_sink.hpp"

#include "model/access.hpp"

namespace gm2m {

Object read_object(RowMaker& rows, std::span<const ValueView> cells) {
    detail::Row* row = rows.make();
    Object object = Object::adopt(row);
    void* data = data_of(row);
    const auto fields = rows.model().fields();
    for (std::size_t i = 0; i < fields.size(); ++i)
        fields[i]->assign(data, cells[i]);
    row->stored = true;
    return object;
}

}  // namespace gm2m
