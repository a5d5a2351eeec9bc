using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Export;

/// <summary>Faults of TorchSharp 0.107.0 and what follows from them for an export, which does what the module does. A
/// test that fails here says that TorchSharp was mended: then the layer goes back to the tests beside this
/// one.</summary>
public class TorchSharpFaultTests : ExportTests
{
    [Test]
    public void Hardtanh_GivesItsInput_AndIsExportedAsThat()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-2f, 0.5f, 2f]).reshape(1, 3);

        Assert.That(functional.hardtanh(x).data<float>().ToArray(), Is.EqualTo(new[] { -2f, 0.5f, 2f }));
        Assert.That(Operators(Export(Hardtanh(), [x])), Is.EqualTo(new[] { "Identity" }));
    }

    [Test]
    public void AdaptiveMaxPool3d_CallsTheOneOfOneAxis_AndThrows()
    {
        using var scope = NewDisposeScope();
        var volume = randn([2, 2, 4, 4, 4]);

        Assert.That(() => functional.adaptive_max_pool3d(volume, [2, 2, 2]),
            Throws.InstanceOf<ExternalException>().With.Message.Contains("max_pool1d"));
        Assert.That(() => AdaptiveMaxPool3d([2, 2, 2]).call(volume), Throws.Exception);
    }

    [Test]
    public void LstmCell_WithoutState_Throws()
    {
        using var scope = NewDisposeScope();

        Assert.That(() => LSTMCell(4, 5).call(randn([3, 4])), Throws.InstanceOf<ExternalException>());
    }

    [Test]
    public void Diff_Twice_IsNotImplemented()
    {
        using var scope = NewDisposeScope();

        Assert.That(() => randn([3, 4]).diff(2), Throws.InstanceOf<NotImplementedException>());
    }

    [TestCase(PaddingModes.Reflect), TestCase(PaddingModes.Circular)]
    public void Conv2d_SamePaddingOfAnUnevenWindow_PadsTheOtherAxis(PaddingModes mode)
    {
        using var scope = NewDisposeScope();
        var convolution = Conv2d(1, 1, (1L, 3L), Padding.Same, padding_mode: mode);

        // The width keeps its 8 columns by its name.
        Assert.That(convolution.call(randn([2, 1, 6, 8])).shape, Is.EqualTo(new long[] { 2, 1, 8, 6 }));
    }
}
