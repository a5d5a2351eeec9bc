using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.init;

namespace MaaS.LibTorch.Tests.NN;

/// <summary>What the initialisations draw from one seed, against PyTorch.</summary>
public class InitTests
{
    private static readonly Lazy<Dictionary<string, FixtureTensor>> Fixtures =
        new(() => Fixture.Read<Dictionary<string, FixtureTensor>>("NN/Fixtures/init.json"));

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Initialisations = new()
    {
        ["ones_"] = ones_,
        ["zeros_"] = zeros_,
        ["eye_"] = eye_,
        ["dirac_"] = dirac_,
        ["constant_"] = t => constant_(t, 0.3),
        ["uniform_"] = t => uniform_(t, -2, 3),
        ["normal_"] = t => normal_(t, 1, 2),
        ["trunc_normal_"] = t => trunc_normal_(t, 0.5, 2, -1, 1.5),
        ["orthogonal_"] = t => orthogonal_(t, 1.5),
        ["orthogonal_tall"] = t => orthogonal_(t),
        ["sparse_"] = t => sparse_(t, 0.4, 0.1),
        ["kaiming_uniform_"] = t => kaiming_uniform_(t, 0.2),
        ["kaiming_normal_"] = t => kaiming_normal_(t, mode: FanInOut.FanOut, nonlinearity: NonlinearityType.ReLU),
        ["xavier_uniform_"] = t => xavier_uniform_(t, 2),
        ["xavier_normal_"] = t => xavier_normal_(t),
    };

    private static IEnumerable<string> Names => Initialisations.Keys;

    [TestCaseSource(nameof(Names))]
    public void Initialise_OneSeed_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Fixtures.Value[name];
        var parameter = nn.Parameter(empty(expected.Shape));
        manual_seed(11);
        Initialisations[name](parameter);
        expected.AssertEqual(parameter, name);
        Assert.That(parameter.is_leaf && parameter.requires_grad);
    }

    [TestCase(NonlinearityType.Linear, 0.0, 1.0)]
    [TestCase(NonlinearityType.Tanh, 0.0, 5.0 / 3.0)]
    [TestCase(NonlinearityType.ReLU, 0.0, 1.4142135623730951)]
    [TestCase(NonlinearityType.LeakyReLU, 0.2, 1.3867504905630728)]
    public void CalculateGain_Nonlinearity_EqualsPyTorch(NonlinearityType nonlinearity, double slope, double expected) =>
        Assert.That(calculate_gain(nonlinearity, slope), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void CalculateFanInAndFanOut_Vector_Throws()
    {
        using var vector = empty(3);
        Assert.That(() => CalculateFanInAndFanOut(vector), Throws.ArgumentException);
    }
}
