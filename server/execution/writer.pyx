# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Stored documents to JSON: from MongoDB's bytes to a response's, without a Python object in between.

A `Writer` is made once for what an operation selects of a VM. It writes what graphql-core would make of a document
that is as it should be; of any other it says so, and nothing is written.

Source: the BSON specification (bsonspec.org), RFC 8259 for JSON, RFC 4648 for the alphabet of ids.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc, PyMem_RawRealloc
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.math cimport isfinite
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdio cimport snprintf
from libc.string cimport memchr, memcmp, memcpy, memset


class Unusual(Exception):
    """A document that is not as the schema says, or that this writer cannot write."""


cdef enum:
    FAILED = -1
    DONE = 0
    MOST_SLOTS = 192
    ABSENT = 0

cdef extern from *:
    """
    #define SAFE_INTEGER 9007199254740991LL  /* what JavaScript's numbers hold exactly */
    #define YEAR_1 -62135596800000LL  /* milliseconds from 1970 */
    #define YEAR_10000 253402300800000LL
    """
    const int64_t SAFE_INTEGER
    const int64_t YEAR_1
    const int64_t YEAR_10000

cdef enum Kind:
    CONSTANT
    STRING
    INT
    LONG
    NUMBER_OR_TEXT
    FLOAT
    DATE
    BOOLEAN
    ENUM
    OBJECT
    VARIANT
    LIST
    LIST_OR_EMPTY
    MEMBER
    VM_ID
    DEVICE_ID
    DEVICES

_KINDS = {
    "constant": CONSTANT, "string": STRING, "int": INT, "long": LONG,
    "number_or_text": NUMBER_OR_TEXT, "float": FLOAT, "date": DATE, "boolean": BOOLEAN, "enum": ENUM,
    "object": OBJECT, "variant": VARIANT, "list": LIST, "list_or_empty": LIST_OR_EMPTY, "member": MEMBER,
    "vm_id": VM_ID, "device_id": DEVICE_ID, "devices": DEVICES,
}

cdef struct Text:
    const uint8_t* at
    Py_ssize_t length

cdef struct Table:
    # Open addressing; an entry without a text is free.
    uint32_t mask
    Text* texts
    int* values

cdef struct Shape:
    # What is selected of an object. A scan of it notes the values of `slots` different keys, each in a slot of its own.
    int size
    Field* fields
    int slots
    Table by_key

cdef struct Field:
    # What is not of its kind is zero. `before` is what precedes the value: a comma, but for the first, and the name.
    Kind kind
    bint needed
    int slot
    Text before
    Text constant
    Table words
    Text* names
    Table kinds
    Shape* shapes
    Shape* shape
    Field* item
    Table arrays
    int array_count

cdef struct Value:
    # Where a value stands in the document; `type` is BSON's.
    uint8_t type
    const uint8_t* at
    const uint8_t* end

cdef struct Walk:
    # Through the elements of a document or array; `end` is the zero behind the last.
    const uint8_t* at
    const uint8_t* end

cdef struct Buffer:
    uint8_t* at
    Py_ssize_t length
    Py_ssize_t room

cdef struct Owner:
    # What the ids of devices are made with: the key of their VM.
    Text vm


# --- room for the answer ----------------------------------------------------------------------------------------------

cdef int grow(Buffer* out, Py_ssize_t more) noexcept nogil:
    cdef Py_ssize_t room = out.room * 2 + more
    cdef void* at = PyMem_RawRealloc(out.at, room)
    if at == NULL:
        return FAILED
    out.at = <uint8_t*> at
    out.room = room
    return DONE

cdef inline int put(Buffer* out, const uint8_t* at, Py_ssize_t length) noexcept nogil:
    if out.length + length > out.room and grow(out, length) == FAILED:
        return FAILED
    memcpy(out.at + out.length, at, length)
    out.length += length
    return DONE

cdef inline int put_byte(Buffer* out, uint8_t byte) noexcept nogil:
    if out.length + 1 > out.room and grow(out, 1) == FAILED:
        return FAILED
    out.at[out.length] = byte
    out.length += 1
    return DONE

cdef int put_number(Buffer* out, int64_t number, bint quoted) noexcept nogil:
    cdef uint8_t digits[24]
    cdef int at = 24
    cdef bint negative = number < 0
    cdef unsigned long long rest = <unsigned long long> number
    if negative:
        rest = 0 - rest
    if quoted:
        at -= 1
        digits[at] = 34
    while True:
        at -= 1
        digits[at] = <uint8_t> (48 + rest % 10)
        rest //= 10
        if rest == 0:
            break
    if negative:
        at -= 1
        digits[at] = 45
    if quoted:
        at -= 1
        digits[at] = 34
    return put(out, digits + at, 24 - at)

cdef int put_padded(Buffer* out, int64_t number, int width, uint8_t behind) noexcept nogil:
    """A number with zeros before it, and what stands behind it unless that is zero."""
    cdef uint8_t digits[24]
    cdef int place = width
    while place > 0:
        place -= 1
        digits[place] = <uint8_t> (48 + number % 10)
        number //= 10
    digits[width] = behind
    return put(out, digits, width + (1 if behind else 0))

cdef int put_date(Buffer* out, int64_t milliseconds) noexcept nogil:
    """A moment as Python's `isoformat` writes it; the days are counted as Howard Hinnant's `civil_from_days` does."""
    cdef int64_t days, rest, era, of_era, year_of_era, of_year, month, day, year
    if milliseconds < YEAR_1 or milliseconds >= YEAR_10000:
        return FAILED  # Python has no other years
    days = (milliseconds - YEAR_1) // 86400000 - 719162
    rest = milliseconds - days * 86400000
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    cdef int code = put_byte(out, 34)
    code |= put_padded(out, year, 4, 45)
    code |= put_padded(out, month, 2, 45)
    code |= put_padded(out, day, 2, 84)
    code |= put_padded(out, rest // 3600000, 2, 58)
    code |= put_padded(out, rest // 60000 % 60, 2, 58)
    code |= put_padded(out, rest // 1000 % 60, 2, 0)
    if rest % 1000:
        code |= put_byte(out, 46)
        code |= put_padded(out, rest % 1000 * 1000, 6, 0)
    return code | put(out, b'+00:00"', 7)

cdef int put_float(Buffer* out, const uint8_t* at) noexcept with gil:
    """A finite number in as few digits as tell it from others."""
    cdef double number
    cdef bytes text
    memcpy(&number, at, 8)
    if not isfinite(number):
        return FAILED
    try:
        text = repr(number).encode()
    except MemoryError:
        return FAILED
    return put(out, <const uint8_t*> PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))

cdef bint is_utf8(const uint8_t* at, Py_ssize_t length) noexcept with gil:
    try:
        PyUnicode_DecodeUTF8(<char*> at, length, NULL)
    except UnicodeDecodeError:
        return False
    return True

cdef const char* SHORT = b"\0\0\0\0\0\0\0\0btn\0fr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

cdef int put_string(Buffer* out, Text text) noexcept nogil:
    """A text in quotes."""
    cdef Py_ssize_t number
    cdef uint8_t byte
    cdef uint8_t* to
    cdef bint foreign = False
    cdef char escape[8]
    if out.length + 6 * text.length + 2 > out.room and grow(out, 6 * text.length + 2) == FAILED:
        return FAILED
    to = out.at + out.length
    to[0] = 34
    to += 1
    for number in range(text.length):
        byte = text.at[number]
        if byte >= 0x20 and byte != 34 and byte != 92:
            foreign |= byte >= 0x80
            to[0] = byte
            to += 1
        elif byte == 34 or byte == 92:
            to[0] = 92
            to[1] = byte
            to += 2
        elif SHORT[byte]:
            to[0] = 92
            to[1] = SHORT[byte]
            to += 2
        else:
            snprintf(escape, 8, "\\u%04x", <int> byte)
            memcpy(to, escape, 6)
            to += 6
    to[0] = 34
    out.length = to + 1 - out.at
    return FAILED if foreign and not is_utf8(text.at, text.length) else DONE


# --- reading ----------------------------------------------------------------------------------------------------------

cdef inline int32_t int32(const uint8_t* at) noexcept nogil:
    cdef int32_t found
    memcpy(&found, at, 4)
    return found

cdef inline int64_t int64(const uint8_t* at) noexcept nogil:
    cdef int64_t found
    memcpy(&found, at, 8)
    return found

cdef Py_ssize_t size_of(uint8_t type, const uint8_t* at, const uint8_t* end) noexcept nogil:
    """How many bytes a value takes; negative for one that nobody stores here, or that ends outside."""
    cdef Py_ssize_t size
    if type == 0x10:
        size = 4
    elif type == 0x02 or type == 0x03 or type == 0x04 or type == 0x05:
        if end - at < 4:
            return -1
        size = int32(at)
        if type == 0x02:
            if size < 1:
                return -1
            size += 4
        elif type == 0x05:
            if size < 0:
                return -1
            size += 5
        elif size < 5:
            return -1
    elif type == 0x08:
        size = 1
    elif type == 0x0A or type == 0x06:
        size = 0
    elif type == 0x01 or type == 0x12 or type == 0x09 or type == 0x11:
        size = 8
    elif type == 0x07:
        size = 12
    elif type == 0x13:
        size = 16
    else:
        return -1
    if size > end - at or (type == 0x02 and at[size - 1] != 0):
        return -1
    return size

cdef inline uint32_t hashed(const uint8_t* at, Py_ssize_t length) noexcept nogil:
    cdef uint32_t found = <uint32_t> length * 0x9E3779B1u
    cdef Py_ssize_t number
    for number in range(length):
        found = (found ^ at[number]) * 0x01000193u
    return found ^ (found >> 15)

cdef inline int looked_up(const Table* table, const uint8_t* at, Py_ssize_t length) noexcept nogil:
    """The value of a text, -1 where the table has none."""
    cdef uint32_t place = hashed(at, length) & table.mask
    while table.texts[place].at != NULL:
        if table.texts[place].length == length and memcmp(table.texts[place].at, at, length) == 0:
            return table.values[place]
        place = (place + 1) & table.mask
    return -1

cdef inline int enter(Walk* walk, const Value* value) noexcept nogil:
    """Begin a walk through the elements of a document or array."""
    walk.at = value.at
    walk.end = value.end - 1
    if value.end - value.at < 5 or int32(value.at) != value.end - value.at or walk.end[0] != 0:
        return FAILED
    walk.at += 4
    return DONE

cdef inline int step(Walk* walk, Text* key, Value* value) noexcept nogil:
    """Take the next element, of which there must be one."""
    cdef const uint8_t* key_end
    cdef Py_ssize_t size
    value.type = walk.at[0]
    key.at = walk.at + 1
    key_end = <const uint8_t*> memchr(key.at, 0, walk.end - key.at)
    if key_end == NULL:
        return FAILED
    key.length = key_end - key.at
    value.at = key_end + 1
    size = size_of(value.type, value.at, walk.end)
    if size < 0:
        return FAILED
    value.end = walk.at = value.at + size
    return DONE

cdef int scan(const Table* by_key, Value* found, const Value* document) noexcept nogil:
    """Note where a document's values are that a table names."""
    cdef Walk walk
    cdef Text key
    cdef Value value
    cdef int slot
    if enter(&walk, document) == FAILED:
        return FAILED
    while walk.at < walk.end:
        if step(&walk, &key, &value) == FAILED:
            return FAILED
        slot = looked_up(by_key, key.at, key.length)
        if slot >= 0:
            found[slot] = value
    return DONE

cdef inline Text string_of(const Value* value) noexcept nogil:
    """The text of a string, without its length before it and the zero behind."""
    cdef Text text
    text.at = value.at + 4
    text.length = value.end - value.at - 5
    return text

cdef int find_kind(const Value* document, Text* kind) noexcept nogil:
    """The `kind` of a document; it fails where there is none."""
    cdef Walk walk
    cdef Text key
    cdef Value value
    if enter(&walk, document) == FAILED:
        return FAILED
    while walk.at < walk.end:
        if step(&walk, &key, &value) == FAILED:
            return FAILED
        if value.type == 0x02 and key.length == 4 and memcmp(key.at, b"kind", 4) == 0:
            kind[0] = string_of(&value)
            return DONE
    return FAILED


# --- ids --------------------------------------------------------------------------------------------------------------

cdef const uint8_t* ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

cdef int put_id(Buffer* out, const char* type_name, Py_ssize_t type_length, Text first, Text* second) noexcept nogil:
    """The opaque id of a thing: an array of its type and keys in JSON, in base64 that URLs take."""
    cdef Buffer plain
    cdef Py_ssize_t number = 0
    cdef uint32_t three
    cdef Py_ssize_t left
    cdef int code
    plain.at = NULL
    plain.length = plain.room = 0
    code = put(&plain, b'["', 2)
    code |= put(&plain, <const uint8_t*> type_name, type_length)
    code |= put(&plain, b'",', 2)
    code |= put_string(&plain, first)
    if second != NULL:
        code |= put_byte(&plain, 44)
        code |= put_string(&plain, second[0])
    code |= put_byte(&plain, 93)
    if code == DONE and out.length + plain.length * 2 + 8 > out.room:
        code = grow(out, plain.length * 2 + 8)
    if code == DONE:
        out.at[out.length] = 34
        out.length += 1
        while number < plain.length:
            left = plain.length - number
            three = <uint32_t> plain.at[number] << 16
            if left > 1:
                three |= <uint32_t> plain.at[number + 1] << 8
            if left > 2:
                three |= plain.at[number + 2]
            out.at[out.length] = ALPHABET[three >> 18]
            out.at[out.length + 1] = ALPHABET[(three >> 12) & 63]
            out.length += 2
            if left > 1:
                out.at[out.length] = ALPHABET[(three >> 6) & 63]
                out.length += 1
            if left > 2:
                out.at[out.length] = ALPHABET[three & 63]
                out.length += 1
            number += 3
        out.at[out.length] = 34
        out.length += 1
    PyMem_RawFree(plain.at)
    return code


# --- writing ----------------------------------------------------------------------------------------------------------

cdef int put_object(Buffer* out, const Shape* shape, const Value* value, Owner* owner) noexcept nogil:
    cdef Value found[MOST_SLOTS]
    cdef int number
    if value.type != 0x03:
        return FAILED
    for number in range(shape.slots):
        found[number].type = ABSENT
    if scan(&shape.by_key, found, value) == FAILED:
        return FAILED
    if put_byte(out, 123) == FAILED:
        return FAILED
    for number in range(shape.size):
        if put(out, shape.fields[number].before.at, shape.fields[number].before.length) == FAILED:
            return FAILED
        if put_field(out, &shape.fields[number], found, owner) == FAILED:
            return FAILED
    return put_byte(out, 125)

cdef inline int put_field(Buffer* out, const Field* field, Value* found, Owner* owner) noexcept nogil:
    if field.kind == CONSTANT:
        return put(out, field.constant.at, field.constant.length)
    return put_value(out, field, &found[field.slot], owner)

cdef int put_value(Buffer* out, const Field* field, const Value* value, Owner* owner) noexcept nogil:
    cdef Kind kind = field.kind
    cdef int64_t number
    cdef int place
    cdef Text text
    if value.type == ABSENT and (kind == DEVICES or kind == LIST_OR_EMPTY):
        return put(out, b"[]", 2)
    if value.type != ABSENT and kind == MEMBER:
        return put_member(out, field, value, owner)
    if value.type == ABSENT or value.type == 0x0A:
        return FAILED if field.needed else put(out, b"null", 4)
    if kind == STRING or (kind == NUMBER_OR_TEXT and value.type == 0x02):
        return put_string(out, string_of(value)) if value.type == 0x02 else FAILED
    if kind == INT or kind == LONG or kind == NUMBER_OR_TEXT:
        if value.type == 0x10:
            return put_number(out, int32(value.at), False)
        if value.type != 0x12 or kind == INT:
            return FAILED
        number = int64(value.at)
        return put_number(out, number, number > SAFE_INTEGER or number < -SAFE_INTEGER)
    if kind == ENUM:
        if value.type != 0x02:
            return FAILED
        text = string_of(value)
        place = looked_up(&field.words, text.at, text.length)
        return FAILED if place < 0 else put(out, field.names[place].at, field.names[place].length)
    if kind == BOOLEAN:
        if value.type != 0x08 or value.at[0] > 1:
            return FAILED
        return put(out, b"true", 4) if value.at[0] else put(out, b"false", 5)
    if kind == DATE:
        return put_date(out, int64(value.at)) if value.type == 0x09 else FAILED
    if kind == FLOAT:
        return put_float(out, value.at) if value.type == 0x01 else FAILED
    if kind == OBJECT:
        return put_object(out, field.shape, value, owner)
    if kind == VARIANT:
        return put_variant(out, field, value, owner)
    if kind == LIST or kind == LIST_OR_EMPTY:
        if value.type != 0x04 or put_byte(out, 91) == FAILED:
            return FAILED
        if put_items(out, field.item, value, owner, True) == FAILED:
            return FAILED
        return put_byte(out, 93)
    if kind == DEVICES:
        return put_devices(out, field, value, owner)
    if value.type != 0x02:
        return FAILED
    text = string_of(value)
    if kind == DEVICE_ID:
        return put_id(out, b"Device", 6, owner.vm, &text)
    return put_id(out, b"VirtualMachine", 14, text, NULL)

cdef int put_variant(Buffer* out, const Field* field, const Value* value, Owner* owner) noexcept nogil:
    cdef Text text
    cdef int place
    if value.type != 0x03 or find_kind(value, &text) == FAILED:
        return FAILED
    place = looked_up(&field.kinds, text.at, text.length)
    return FAILED if place < 0 else put_object(out, &field.shapes[place], value, owner)

cdef int put_member(Buffer* out, const Field* field, const Value* value, Owner* owner) noexcept nogil:
    """What an object has under one key, without the object around it."""
    cdef Value found
    found.type = ABSENT
    if value.type != 0x03 or scan(&field.shape.by_key, &found, value) == FAILED:
        return FAILED
    return put_field(out, &field.shape.fields[0], &found, owner)

cdef int put_items(Buffer* out, const Field* item, const Value* array, Owner* owner, bint first) noexcept nogil:
    """The items of an array, each but the first after a comma."""
    cdef Walk walk
    cdef Text key
    cdef Value value
    if enter(&walk, array) == FAILED:
        return FAILED
    while walk.at < walk.end:
        if step(&walk, &key, &value) == FAILED:
            return FAILED
        if not first and put_byte(out, 44) == FAILED:
            return FAILED
        first = False
        if put_value(out, item, &value, owner) == FAILED:
            return FAILED
    return DONE

cdef int put_devices(Buffer* out, const Field* field, const Value* devices, Owner* owner) noexcept nogil:
    """The devices of the wanted lists, list by list in libvirt's order."""
    cdef Value found[MOST_SLOTS]
    cdef int number
    cdef Py_ssize_t start
    if devices.type != 0x03:
        return FAILED
    for number in range(field.array_count):
        found[number].type = ABSENT
    if scan(&field.arrays, found, devices) == FAILED or put_byte(out, 91) == FAILED:
        return FAILED
    start = out.length
    for number in range(field.array_count):
        if found[number].type == ABSENT:
            continue
        if found[number].type != 0x04:
            return FAILED
        if put_items(out, field.item, &found[number], owner, out.length == start) == FAILED:
            return FAILED
    return put_byte(out, 93)


@cython.no_gc  # it is in no cycle; a collector that clears its lists first would keep it from freeing their blocks
cdef class Writer:
    """Writes VMs for one selection of them.

    `shape` is what is selected of a VM: a list of fields, each `(kind, needed, key, name, more)`. `needed` refuses
    null, `key` is where the value is stored, and `name` what it is called in the response, as JSON. `more` depends:

    | kind | what is stored | more |
    |---|---|---|
    | `constant` | nothing | the JSON |
    | `string`, `int`, `long`, `number_or_text`, `float`, `boolean`, `date` | a value of that type | |
    | `enum` | a word | the names as JSON, by word |
    | `object` | an object | its shape |
    | `variant` | an object with a `kind` | the shapes, by `kind` |
    | `list` | an array | the field of its items, which has neither key nor name |
    | `list_or_empty` | the same, or nothing for `[]` | the same |
    | `member` | an object of which one value is shown in its place | the field of that value, which has no name |
    | `vm_id` | the key of the VM | |
    | `device_id` | the id of a device in its VM | |
    | `devices` | an object of arrays, or nothing for `[]` | the keys of the wanted arrays, and the field of a device |

    Raises ValueError for a shape that is too large.
    """

    cdef Shape shape
    cdef Table of_vm
    cdef list kept
    cdef list blocks

    def __cinit__(self, list shape):
        self.kept = []
        self.blocks = []
        self.fill_shape(&self.shape, shape)
        self.fill_table(&self.of_vm, {b"_id": 0})

    def __dealloc__(self):
        for block in self.blocks or ():
            PyMem_RawFree(<void*> <Py_ssize_t> block)

    def one(self, bytes document not None):
        """A VM as JSON; raises Unusual."""
        return self.written([document], False)

    def many(self, list documents not None):
        """VMs as a JSON array; raises Unusual."""
        return self.written(documents, True)

    cdef bytes written(self, list documents, bint array):
        cdef Buffer out
        cdef Value value
        cdef Value key
        cdef Owner owner
        cdef int code = DONE
        cdef bint first = True
        cdef bytes document
        out.length = 0
        out.room = 4096 * (len(documents) + 1)
        out.at = <uint8_t*> PyMem_RawMalloc(out.room)
        if out.at == NULL:
            raise MemoryError
        try:
            if array:
                code = put_byte(&out, 91)
            for document in documents:
                if document is None:  # which Cython takes for bytes
                    raise TypeError("a document is bytes")
                value.type = 0x03
                value.at = <const uint8_t*> PyBytes_AS_STRING(document)
                value.end = value.at + PyBytes_GET_SIZE(document)
                with nogil:
                    if not first:
                        code |= put_byte(&out, 44)
                    key.type = ABSENT
                    code |= scan(&self.of_vm, &key, &value)
                    if key.type != 0x02:
                        code = FAILED
                    if code == DONE:
                        owner.vm = string_of(&key)
                        code = put_object(&out, &self.shape, &value, &owner)
                first = False
                if code != DONE:
                    raise Unusual
            if array and put_byte(&out, 93) == FAILED:
                raise MemoryError
            return PyBytes_FromStringAndSize(<char*> out.at, out.length)
        finally:
            PyMem_RawFree(out.at)

    cdef void* room(self, Py_ssize_t size) except NULL:
        cdef void* at = PyMem_RawMalloc(size or 1)
        if at == NULL:
            raise MemoryError
        self.blocks.append(<Py_ssize_t> at)
        memset(at, 0, size)
        return at

    cdef Text text(self, bytes content):
        cdef Text found
        self.kept.append(content)
        found.at = <const uint8_t*> PyBytes_AS_STRING(content)
        found.length = PyBytes_GET_SIZE(content)
        return found

    cdef int fill_table(self, Table* table, dict values) except -1:
        cdef uint32_t size = 2
        cdef uint32_t place
        cdef Text text
        while size < 2 * len(values):
            size *= 2
        table.mask = size - 1
        table.texts = <Text*> self.room(size * sizeof(Text))
        table.values = <int*> self.room(size * sizeof(int))
        for content, value in values.items():
            text = self.text(content)
            place = hashed(text.at, text.length) & table.mask
            while table.texts[place].at != NULL:
                place = (place + 1) & table.mask
            table.texts[place] = text
            table.values[place] = value
        return 0

    cdef int fill_shape(self, Shape* shape, list fields) except -1:
        cdef dict slots = {}
        for _, _, key, _, _ in fields:
            if key is not None:
                slots.setdefault(key, len(slots))
        if len(slots) > MOST_SLOTS:
            raise ValueError("too many fields of one object")
        shape.slots = len(slots)
        self.fill_table(&shape.by_key, slots)
        shape.size = len(fields)
        shape.fields = <Field*> self.room(len(fields) * sizeof(Field))
        for number, (kind, needed, key, name, more) in enumerate(fields):
            before = (b"," if number else b"") + name + b":"
            self.fill_field(&shape.fields[number], kind, needed, slots.get(key, 0), before, more)
        return 0

    cdef int fill_field(self, Field* field, str kind, bint needed, int slot, bytes before, object more) except -1:
        field.kind = _KINDS[kind]
        field.needed = needed
        field.slot = slot
        field.before = self.text(before)
        if field.kind == CONSTANT:
            field.constant = self.text(more)
        elif field.kind == ENUM:
            self.fill_table(&field.words, {word: number for number, word in enumerate(more)})
            field.names = <Text*> self.room(len(more) * sizeof(Text))
            for number, name in enumerate(more.values()):
                field.names[number] = self.text(name)
        elif field.kind == OBJECT:
            field.shape = <Shape*> self.room(sizeof(Shape))
            self.fill_shape(field.shape, more)
        elif field.kind == VARIANT:
            self.fill_table(&field.kinds, {word: number for number, word in enumerate(more)})
            field.shapes = <Shape*> self.room(len(more) * sizeof(Shape))
            for number, shape in enumerate(more.values()):
                self.fill_shape(&field.shapes[number], shape)
        elif field.kind == MEMBER:
            field.shape = <Shape*> self.room(sizeof(Shape))
            self.fill_shape(field.shape, [more])
        elif field.kind == LIST or field.kind == LIST_OR_EMPTY or field.kind == DEVICES:
            item = more
            if field.kind == DEVICES:
                arrays, item = more
                if len(arrays) > MOST_SLOTS:
                    raise ValueError("too many lists of devices")
                self.fill_table(&field.arrays, {array: number for number, array in enumerate(arrays)})
                field.array_count = len(arrays)
            field.item = <Field*> self.room(sizeof(Field))
            self.fill_field(field.item, item[0], item[1], 0, b"", item[4])
        return 0
