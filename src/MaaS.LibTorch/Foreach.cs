using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>In-place arithmetic on lists of tensors, one native call for all of them: the steps of optimizers.</summary>
internal static class Foreach
{
    public static void Zero_(Tensor[] self) => CallVoid("_foreach_zero_", self);

    public static void Add_(Tensor[] self, Scalar value) => CallVoid("_foreach_add_.Scalar", self, value);

    public static void Add_(Tensor[] self, Tensor[] other, Scalar? alpha = null) =>
        CallVoid("_foreach_add_.List", self, other, alpha ?? 1);

    public static void Mul_(Tensor[] self, Scalar value) => CallVoid("_foreach_mul_.Scalar", self, value);

    public static void Mul_(Tensor[] self, Tensor[] other) => CallVoid("_foreach_mul_.List", self, other);

    public static void Div_(Tensor[] self, Scalar value) => CallVoid("_foreach_div_.Scalar", self, value);

    public static void Div_(Tensor[] self, Scalar[] values) => CallVoid("_foreach_div_.ScalarList", self, values);

    public static void Div_(Tensor[] self, Tensor[] other) => CallVoid("_foreach_div_.List", self, other);

    public static void Addcmul_(Tensor[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value) =>
        CallVoid("_foreach_addcmul_.Scalar", self, tensor1, tensor2, value);

    public static void Addcdiv_(Tensor[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value) =>
        CallVoid("_foreach_addcdiv_.Scalar", self, tensor1, tensor2, value);

    public static void Addcdiv_(Tensor[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar[] values) =>
        CallVoid("_foreach_addcdiv_.ScalarList", self, tensor1, tensor2, values);

    public static void Maximum_(Tensor[] self, Tensor[] other) => CallVoid("_foreach_maximum_.List", self, other);

    public static void Neg_(Tensor[] self) => CallVoid("_foreach_neg_", self);

    public static void Sqrt_(Tensor[] self) => CallVoid("_foreach_sqrt_", self);

    /// <summary>New tensors, which the caller owns.</summary>
    public static Tensor[] Add(Tensor[] self, Tensor[] other, Scalar? alpha = null) =>
        CallList("_foreach_add.List", self, other, alpha ?? 1);

    /// <inheritdoc cref="Add"/>
    public static Tensor[] Neg(Tensor[] self) => CallList("_foreach_neg", self);

    /// <inheritdoc cref="Add"/>
    public static Tensor[] Sqrt(Tensor[] self) => CallList("_foreach_sqrt", self);

    /// <summary>The norm of each tensor.</summary>
    public static Tensor[] Norm(Tensor[] self, Scalar order) => CallList("_foreach_norm.Scalar", self, order);
}
