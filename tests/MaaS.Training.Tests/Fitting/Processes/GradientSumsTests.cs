using System.Globalization;
using MaaS.Training.Fitting.Processes;
using MaaS.Tests;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Processes;

public sealed class GradientSumsTests
{
    [TestCase(1, "overlap")]
    [TestCase(2, "overlap")]
    [TestCase(4, "overlap")]
    [TestCase(4, "afterwards")]
    public void Finish_OfSharesOfABatch_GivesTheGradientsOfTheWhole(int count, string way)
    {
        Mpirun.Require();
        var lines = Mpirun.Run(count, "gradients", way);

        Assert.That(lines.Select(static l => l[3]).Distinct().Count(), Is.EqualTo(1), "the bits differ");
        foreach (var line in lines)
        {
            Assert.That(double.Parse(line[0], CultureInfo.InvariantCulture), Is.LessThan(2e-5));
            Assert.That(line[1], Is.EqualTo("none none"));
            Assert.That(line[2], Does.Match(way == "overlap" ? "^True [1-9] [1-9]$" : "^False 0 [1-9]$"));
        }
    }

    [Test]
    public void Begin_PassOfAnotherStep_TakesNothingOver()
    {
        using var model = nn.Linear(3, 2);
        using var sums = new GradientSums([.. model.parameters()], new CpuTensorSum(new SingleProcess()));
        using var x = ones(4, 3);
        for (var step = 1; step <= 3; step++)
        {
            model.zero_grad();
            sums.Begin();
            (model.call(x).sum() * step).backward();
            sums.Finish();
            Assert.That(model.weight.grad!.data<float>().ToArray(), Is.All.EqualTo(4f * step));
            Assert.That(sums.SentEarly, Is.EqualTo(1));
        }
    }

    [Test]
    public void Dispose_OfSums_LeavesNoTensorAndNoHook()
    {
        using var model = nn.Linear(3, 2);
        using var x = ones(4, 3);
        var before = LiveTensors.Settled();
        var calls = 0;
        using (var hooks = GradientHooks.TryAttach(model.parameters(), _ => calls++))
        {
            using var scope = NewDisposeScope();
            model.call(x).sum().backward();
        }

        using (var sums = new GradientSums([.. model.parameters()], new CpuTensorSum(new SingleProcess())))
        {
            using var scope = NewDisposeScope();
            sums.Begin();
            model.call(x).sum().backward();
            sums.Finish();
        }

        using (NewDisposeScope())
        {
            model.call(x).sum().backward();
        }

        Assert.That(calls, Is.EqualTo(2), "one for each parameter, of the first pass alone");
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }
}
