using MaaS.Training.Fitting.Callbacks;

namespace MaaS.Training.Tests.Fitting.Resume;

/// <summary>A run that is killed and resumed ends with the weights of one that was not, bit for bit.</summary>
internal sealed class KilledRunTests
{
    private const int Killed = 128 + 9;   // SIGKILL.

    private static readonly string[] Points = ["start", "update", "end", "later"];

    private static readonly Dictionary<string, byte[]> Whole = [];

    [TestCase("mlp", 14, "end")]
    [TestCase("convnet", 25, "update")]
    [TestCase("lstm", 7, "start")]
    [TestCase("transformer", 33, "later")]
    [TestCase("accumulation", 18, "update")]
    public void Fit_KilledAndResumed_WeightsEqualTheUninterruptedRunBitForBit(string kind, int step, string point)
        => Resumed(kind, step, point);

    /// <summary>30 kills at random steps and points: <c>dotnet test --filter ThirtyKills</c>.</summary>
    [Test, Explicit("30 processes")]
    public void Fit_ThirtyKillsAtRandomSteps_AllBitEqual(
        [ValueSource(typeof(ResumableRuns), nameof(ResumableRuns.Kinds))] string kind, [Range(1, 6)] int round)
    {
        var random = new Random((round * 31) + ResumableRuns.Kinds.ToList().IndexOf(kind));
        Resumed(kind, random.Next(1, ResumableRuns.TotalSteps - 3), Points[random.Next(Points.Length)]);
    }

    private sealed class FirstStep : TrainingCallback
    {
        public long? Step { get; private set; }

        public override void OnStepStart(TrainingContext context) => Step ??= context.Step;
    }

    private static void Resumed(string kind, int step, string point)
    {
        var folder = Directory.CreateTempSubdirectory("maas-killed-").FullName;
        try
        {
            var (exitCode, output) = ChildProgram.Run(
                KilledRun.Argument, kind, Path.Combine(folder, "run"), $"{step}", point);
            Assert.That(exitCode, Is.EqualTo(Killed), output);

            var first = new FirstStep();
            var weights = ResumableRuns.Train(kind, Path.Combine(folder, "run"), first);
            Assert.That(
                first.Step, step < ResumableRuns.StepsBetweenCheckpoints ? Is.Zero : Is.GreaterThan(0), "resumed");

            if (!Whole.TryGetValue(kind, out var expected))
            {
                Whole[kind] = expected = ResumableRuns.Train(kind, Path.Combine(folder, "whole"));
            }

            Assert.That(weights.AsSpan().SequenceEqual(expected), Is.True, $"{kind} killed at {point} of step {step}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
