/// A field that keeps a large noncopyable value where it is.
///
/// Swift hands a value whose layout it knows to a method or a getter of another module as a copy of its
/// bytes, a kilobyte for a guest's kernel at every `kernel.ram`. A value with an existential in it is handed on
/// by its address. It is nil and costs its 32 bytes.
struct InPlace {
  private let nothing: Any? = nil
}
