using System.Globalization;
using MaaS.Tests;
using MaaS.Training.Fitting.Processes;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Processes;

public sealed class GradientExchangeTests
{
    [TestCase(1, "overlap")]
    [TestCase(2, "overlap")]
    [TestCase(4, "overlap")]
    [TestCase(4, "afterwards")]
    public void Sum_OfSharesOfABatch_GivesTheGradientsOfTheWhole(int count, string way)
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
    public void Watch_Twice_LeavesNoTensorAndNoHook()
    {
        using var model = nn.Linear(3, 2);
        Tensor[] parameters = [.. model.parameters()];
        using var x = ones(4, 3);
        var before = LiveTensors.Settled();
        var calls = 0;
        using (var hooks = GradientHooks.TryAttach(parameters, _ => calls++))
        {
            using var scope = NewDisposeScope();
            model.call(x).sum().backward();
        }

        using (var exchange = new GradientExchange(parameters, new CpuTensorSum(new SingleProcess())))
        {
            for (var step = 1; step <= 3; step++)
            {
                using var scope = NewDisposeScope();
                model.zero_grad();
                Assert.That(exchange.Watch(parameters), Is.EqualTo(OperatingSystem.IsLinux()));
                (model.call(x).sum() * step).backward();
                var sums = exchange.Sum(Array.ConvertAll(parameters, static p => p.grad));
                Assert.That(sums[0]!.data<float>().ToArray(), Is.All.EqualTo(4f * step));
            }

            Assert.That(exchange.SentEarly, Is.EqualTo(OperatingSystem.IsLinux() ? 1 : 0));
        }

        using (NewDisposeScope())
        {
            model.zero_grad();
            model.call(x).sum().backward();
        }

        Assert.That(calls, Is.EqualTo(2), "one for each parameter, of the first pass alone");
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }
}
