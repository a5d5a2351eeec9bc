using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

/// <summary>Whatever the user gets wrong is an exception with libtorch's message, and the process goes on.</summary>
public class ErrorTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Enter() => _scope = NewDisposeScope();

    [TearDown]
    public void Leave() => _scope.Dispose();

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return new TestCaseData((Action)(() => ones(2, 3).mm(ones(2, 3))), "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)").SetArgDisplayNames("mm");
        yield return new TestCaseData((Action)(() => ones(2).add(ones(3))), "The size of tensor a (2) must match the size of tensor b (3)").SetArgDisplayNames("add");
        yield return new TestCaseData((Action)(() => ones(2, 3).view(4)), "shape '[4]' is invalid for input of size 6").SetArgDisplayNames("view");
        yield return new TestCaseData((Action)(() => cat([ones(2, 3), ones(2, 2)], 0)), "Sizes of tensors must match except in dimension 0").SetArgDisplayNames("cat");
        yield return new TestCaseData((Action)(() => ones(2, 3).sum(5)), "Dimension out of range").SetArgDisplayNames("sum");
        yield return new TestCaseData((Action)(() => _ = ones(2)[4]), "index 4 out of range for tensor of size [2]").SetArgDisplayNames("index");
        yield return new TestCaseData((Action)(() => ones(2).index_select(0, tensor(new long[] { 7 }))), "index out of range in self").SetArgDisplayNames("index_select");
        yield return new TestCaseData((Action)(() => ones(2).gather(0, ones(2))), "Expected dtype int64 for index").SetArgDisplayNames("gather");
        yield return new TestCaseData((Action)(() => ones(2).backward()), "does not require grad").SetArgDisplayNames("backward");
        yield return new TestCaseData((Action)(() => ones(2, requires_grad: true).mul(2).backward()), "grad can be implicitly created only for scalar outputs").SetArgDisplayNames("backward shape");
        yield return new TestCaseData((Action)(() => ones(2, requires_grad: true).add_(1)), "a leaf Variable that requires grad is being used in an in-place operation").SetArgDisplayNames("add_");
        yield return new TestCaseData((Action)(() => ones(2, int64).requires_grad = true), "Only Tensors of floating point").SetArgDisplayNames("requires_grad");
        yield return new TestCaseData((Action)(() => einsum("ij,jk->ik", ones(2, 3), ones(2, 3))), "einsum()").SetArgDisplayNames("einsum");
        yield return new TestCaseData((Action)(() => zeros(-3)), "negative dimension").SetArgDisplayNames("zeros");
        yield return new TestCaseData((Action)(() => ones(2, 2).inverse().add(linalg.inv(zeros(2, 2)))), "singular").SetArgDisplayNames("inv");
        yield return new TestCaseData((Action)(() => arange(3, 0, 1)), "upper bound and larger bound inconsistent with step sign").SetArgDisplayNames("arange");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Mistake_InAnArgument_ThrowsLibtorchsMessage(Action mistake, string message)
    {
        Assert.That(mistake, Throws.TypeOf<ExternalException>().With.Message.Contains(message));
        using var after = ones(2) + ones(2);
        Assert.That(after.sum().ToSingle(), Is.EqualTo(4));
    }

    [Test]
    public void Cuda_WhereThereIsNone_Throws()
    {
        if (cuda.is_available()) Assert.Ignore("this machine has CUDA");
        Assert.That(() => ones(2).cuda(), Throws.Exception.With.Message.Contains("cuda").IgnoreCase);
        Assert.That(() => ones(2, device: CUDA), Throws.Exception);
        Assert.That(cuda.device_count(), Is.Zero);
    }

    [Test]
    public void Use_OfDisposedTensor_Throws()
    {
        var tensor = ones(2);
        using var other = ones(2);
        tensor.Dispose();
        Assert.That(() => tensor.add(1), Throws.InvalidOperationException);
        Assert.That(() => other.add(tensor), Throws.InvalidOperationException);
        Assert.That(() => cat([other, tensor]), Throws.InvalidOperationException);
        Assert.That(() => tensor.shape, Throws.InvalidOperationException);
        Assert.That(() => tensor.backward(), Throws.InvalidOperationException);
        Assert.That(tensor.ToString(), Is.Empty);
    }

    // PyTorch: x[torch.tensor(True)] has the shape (1, 2, 3), x[torch.tensor(False)] the shape (0, 2, 3).
    [TestCase(true, 1)]
    [TestCase(false, 0)]
    public void Index_TruthValueTensor_AddsAnAxis(bool value, long size)
    {
        var x = arange(6).reshape(2, 3);
        Assert.That(x[TensorIndex.Tensor(tensor(value))].shape, Is.EqualTo(new[] { size, 2, 3 }));
        Assert.That(x[TensorIndex.Slice(), TensorIndex.Tensor(tensor(value))].shape, Is.EqualTo(new[] { 2, size, 3 }));
    }

    [Test]
    public void Null_InAListOfTensors_Throws() =>
        Assert.That(() => cat([ones(2), null!]), Throws.ArgumentNullException);

    [Test]
    public void Data_OfAnotherType_Throws() =>
        Assert.That(() => ones(2).data<double>(), Throws.ArgumentException.With.Message.Contains("Double is not compatible with Float32"));

    [Test]
    public void Item_OfManyElements_Throws() => Assert.That(() => ones(2).item<float>(), Throws.ArgumentException);

    [Test]
    public void Tensor_OfWrongLength_ThrowsBothNumbers() =>
        Assert.That(
            () => tensor(new float[5], [2, 3]),
            Throws.ArgumentException.With.Message.Contains("expected 6 elements for shape (2, 3), got 5"));

    [Test]
    public void Names_OfDimensions_AreRefused() =>
        Assert.That(() => zeros(2, names: ["N"]), Throws.InstanceOf<NotSupportedException>());
}
