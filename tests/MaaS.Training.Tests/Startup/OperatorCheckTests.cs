using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Startup;

public sealed class OperatorCheckTests
{
    [OneTimeSetUp]
    public void TakeARightSetting() => TorchRuntime.Ensure();

    [Test]
    public void Run_WithTheSettingInForce_AgreesWithFloat64()
    {
        var errors = OperatorCheck.Run(OperatorCases.All, stopAtWrong: false, draws: 3);

        Assert.That(errors.Where(static e => e.IsWrong), Is.Empty);
        Assert.That(errors, Has.Count.EqualTo(OperatorCases.All.Sum(static c => c.ResultNames.Length)));
    }

    [Test]
    public void Run_WithoutOneDnn_AgreesWithFloat64()
    {
        var before = LibTorchLibrary.UsesOneDnn;
        LibTorchLibrary.UsesOneDnn = false;
        try
        {
            Assert.That(LibTorchLibrary.UsesOneDnn, Is.False);
            var errors = OperatorCheck.Run(OperatorCases.All, stopAtWrong: false);
            Assert.That(errors.Where(static e => e.IsWrong), Is.Empty);
        }
        finally
        {
            LibTorchLibrary.UsesOneDnn = before;
        }
    }

    [Test]
    public void Run_OneResultOffByALittle_FindsItInEveryCase()
    {
        foreach (var item in OperatorCases.All)
        {
            for (var result = 0; result < item.ResultNames.Length; result++)
            {
                var errors = OperatorCheck.Run([Faulty(item, result, x => x + 0.3)], stopAtWrong: false);

                var wrong = errors.Where(static e => e.IsWrong).Select(static e => e.Result);
                Assert.That(wrong, Is.EqualTo(new[] { item.ResultNames[result] }), item.ToString());
            }
        }
    }

    [Test]
    public void Run_ResultIsNotANumber_IsWrong()
    {
        var faulty = Faulty(OperatorCases.All[0], 0, static x => x * double.NaN);
        var errors = OperatorCheck.Run([faulty], stopAtWrong: false, draws: 2);

        Assert.That(errors[0].IsWrong);
        Assert.That(errors[0].ToString(), Does.Contain("conv1d").And.Contain("output").And.Contain("NaN"));
    }

    [Test]
    public void Run_StopAtWrong_RunsNothingAfterTheFirstWrongCase()
    {
        var last = OperatorCases.All[1];
        var ran = false;
        var noted = last with
        {
            Run = t =>
            {
                ran = true;
                return last.Run(t);
            },
        };
        var errors = OperatorCheck.Run(
            [Faulty(OperatorCases.All[0], 0, static x => x + 1), noted], stopAtWrong: true);

        Assert.That(ran, Is.False);
        Assert.That(errors.Any(static e => e.IsWrong));
    }

    [Test]
    public void Run_CallerIsInInferenceMode_LeavesThreadsAndGeneratorAlone()
    {
        manual_seed(5);
        using var expected = rand(4);
        manual_seed(5);
        var threads = get_num_threads();
        using (inference_mode(true))
        {
            Assert.That(OperatorCheck.Run(OperatorCases.All, stopAtWrong: false).Any(static e => e.IsWrong), Is.False);
        }

        using var drawn = rand(4);
        Assert.That(drawn.data<float>().ToArray(), Is.EqualTo(expected.data<float>().ToArray()));
        Assert.That(get_num_threads(), Is.EqualTo(threads));
    }

    [Test]
    public void Run_CaseThrows_ThrowsTheSame()
    {
        var throwing = OperatorCases.All[0] with { Run = static _ => throw new InvalidOperationException() };

        Assert.Throws<InvalidOperationException>(() => OperatorCheck.Run([throwing], stopAtWrong: true));
    }

    // One element of one result is off in the short number type, as with a broken kernel; float64 stays right.
    private static OperatorCase Faulty(OperatorCase item, int result, Func<double, double> change) => item with
    {
        Run = t =>
        {
            var results = item.Run(t);
            if (t[0].dtype != ScalarType.Float64)
            {
                using var noGrad = no_grad();
                var values = results[result].detach().to(ScalarType.Float64).contiguous().clone();
                values.view(-1)[0] = change(values.view(-1)[0].item<double>());
                results[result] = values;
            }

            return results;
        },
    };
}
