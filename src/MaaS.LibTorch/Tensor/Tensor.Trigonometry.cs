using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Trigonometric and hyperbolic functions.
    public partial class Tensor
    {
        public Tensor acos() => Call("acos", this);
        public Tensor acos_() => CallInPlace("acos_", this);

        public Tensor acosh() => Call("acosh", this);
        public Tensor acosh_() => CallInPlace("acosh_", this);

        public Tensor arccos() => Call("arccos", this);
        public Tensor arccos_() => CallInPlace("arccos_", this);

        public Tensor arccosh() => Call("arccosh", this);
        public Tensor arccosh_() => CallInPlace("arccosh_", this);

        public Tensor arcsin() => Call("arcsin", this);
        public Tensor arcsin_() => CallInPlace("arcsin_", this);

        public Tensor arcsinh() => Call("arcsinh", this);
        public Tensor arcsinh_() => CallInPlace("arcsinh_", this);

        public Tensor arctan() => Call("arctan", this);
        public Tensor arctan(Tensor other) => Call("arctan2", this, other);
        public Tensor arctan_(Tensor other) => CallInPlace("arctan2_", this, other);
        public Tensor arctan_() => CallInPlace("arctan_", this);

        public Tensor arctan2(Tensor other) => Call("arctan2", this, other);
        public Tensor arctan2_(Tensor other) => CallInPlace("arctan2_", this, other);

        public Tensor arctanh() => Call("arctanh", this);
        public Tensor arctanh_() => CallInPlace("arctanh_", this);

        public Tensor asin() => Call("asin", this);
        public Tensor asin_() => CallInPlace("asin_", this);

        public Tensor asinh() => Call("asinh", this);
        public Tensor asinh_() => CallInPlace("asinh_", this);

        public Tensor atan() => Call("atan", this);
        public Tensor atan_() => CallInPlace("atan_", this);

        public Tensor atan2(Tensor other) => Call("atan2", this, other);
        public Tensor atan2_(Tensor other) => CallInPlace("atan2_", this, other);

        public Tensor atanh() => Call("atanh", this);
        public Tensor atanh_() => CallInPlace("atanh_", this);

        public Tensor cos() => Call("cos", this);
        public Tensor cos_() => CallInPlace("cos_", this);

        public Tensor cosh() => Call("cosh", this);
        public Tensor cosh_() => CallInPlace("cosh_", this);

        public Tensor sin() => Call("sin", this);
        public Tensor sin_() => CallInPlace("sin_", this);

        public Tensor sinh() => Call("sinh", this);
        public Tensor sinh_() => CallInPlace("sinh_", this);

        public Tensor tan() => Call("tan", this);
        public Tensor tan_() => CallInPlace("tan_", this);

        public Tensor tanh() => Call("tanh", this);
        public Tensor tanh_() => CallInPlace("tanh_", this);
    }
}
