using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;
using static MaaS.Training.Tests.Tuning.Sampling.TestFunctions;

namespace MaaS.Training.Tests.Tuning.Sampling;

internal sealed class SamplerTests
{
    [Test]
    public void TestFunctions_AtTheirLowest_HaveThePublishedValues()
    {
        Assert.That(Branin(Math.PI, 2.275), Is.EqualTo(BraninLowest).Within(1e-6));
        Assert.That(Branin(-Math.PI, 12.275), Is.EqualTo(BraninLowest).Within(1e-6));
        Assert.That(
            Hartmann6(0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573),
            Is.EqualTo(Hartmann6Lowest).Within(1e-5));
    }

    [TestCase("Branin")]
    [TestCase("Hartmann-6")]
    public async Task Tpe_TwentySeedsOfSixtyTrials_HasAtMostHalfOfTheRegretOfRandom(string function)
    {
        async Task<double> MedianRegretAsync(ISampler sampler)
        {
            var regrets = new double[20];
            for (var seed = 0; seed < regrets.Length; seed++)
            {
                var study = await Study.OpenAsync(
                    function == "Branin" ? BraninSpace : Hartmann6Space,
                    new StudyOptions { Sampler = sampler, Seed = seed });
                var result = await study.OptimizeAsync(
                    (trial, _) => Task.FromResult(function == "Branin" ? Branin(trial.Float("x"), trial.Float("y"))
                        : Hartmann6([.. Enumerable.Range(1, 6).Select(i => trial.Float($"x{i}"))])),
                    new OptimizeOptions { Trials = 60 });
                regrets[seed] = result.Best!.Values![0]
                    - (function == "Branin" ? BraninLowest : Hartmann6Lowest);
            }

            Array.Sort(regrets);
            return (regrets[9] + regrets[10]) / 2;
        }

        Assert.That(
            await MedianRegretAsync(new TpeSampler()),
            Is.LessThanOrEqualTo(await MedianRegretAsync(new RandomSampler()) / 2));
    }

    [Test]
    public async Task Grid_ConditionalSpace_TriesEachPointOnceAndEnds()
    {
        var space = new SearchSpace().Categorical("kind", ["a", "b"])
            .Int("n", 1, 2, when: Condition.Of("kind", "b")).Float("x", 0, 1);
        var study = await Study.OpenAsync(space, new StudyOptions { Sampler = new GridSampler(points: 2) });
        await study.EnqueueAsync(new Dictionary<string, ParameterValue> { ["kind"] = "a", ["x"] = 0.7 });
        var result = await study.OptimizeAsync(static (_, _) => Task.FromResult(1.0), new OptimizeOptions());

        Assert.That(
            result.Trials.Skip(1).Select(static t => ParameterText.Write(t.Parameters!)),
            Is.EqualTo(new[]
            {
                """{"kind":"a","x":0}""", """{"kind":"a","x":1}""", """{"kind":"b","n":1,"x":0}""",
                """{"kind":"b","n":1,"x":1}""", """{"kind":"b","n":2,"x":0}""", """{"kind":"b","n":2,"x":1}""",
            }));
    }

    [TestCase("random")]
    [TestCase("sobol")]
    [TestCase("tpe")]
    [TestCase("nsga2")]
    public async Task Optimize_SameSeed_DrawsTheSameTrials(string name)
    {
        async Task<string[]> RunAsync(int seed)
        {
            var study = await Study.OpenAsync(
                Mixed, new StudyOptions { Sampler = Sampler(name), Seed = seed });
            var result = await study.OptimizeAsync(MixedAsync, new OptimizeOptions { Trials = 25 });
            return [.. result.Trials.Select(static t => ParameterText.Write(t.Parameters!))];
        }

        var first = await RunAsync(5);
        Assert.That(await RunAsync(5), Is.EqualTo(first));
        Assert.That(await RunAsync(6), Is.Not.EqualTo(first));
        Assert.That(first.Distinct().Count(), Is.GreaterThan(20));
    }

    [Test]
    public async Task Tpe_ConditionalSpace_FindsTheBranchAndItsValue()
    {
        var study = await Study.OpenAsync(Mixed, new StudyOptions { Seed = 2 });
        var result = await study.OptimizeAsync(MixedAsync, new OptimizeOptions { Trials = 80 });

        Assert.That(result.Best!.Parameters!["kind"].ToString(), Is.EqualTo("deep"));
        Assert.That(result.Best.Values![0], Is.LessThan(0.35), "the lowest is 0");
        Assert.That(
            result.Trials.Skip(40).Count(static t => t.Parameters!["kind"] == "deep"),
            Is.GreaterThan(20), "more than the half that chance would give");
    }

    // The lower half fails and the best values lie at its edge, so that about half of the draws would fall into it.
    [Test]
    public void Tpe_HalfOfTheRangeFails_MovesAwayUnlessTheFailuresAreAccidents()
    {
        TrialRecord[] complete = [.. Enumerable.Range(0, 15).Select(i => Record(i, 0.5 + (i / 30.0), complete: true))];
        TrialRecord[] failed = [.. Enumerable.Range(15, 15).Select(i => Record(i, (i - 15) / 30.0, complete: false))];
        TrialRecord[] accidents =
        [
            .. failed.Select((t, i) => i % 2 == 0 ? t with { Note = Died } : t with { Attributes = EndedTheStudy }),
        ];

        var (without, away, accident) =
            (Draws(complete), Draws([.. complete, .. failed]), Draws([.. complete, .. accidents]));

        Assert.That(without.Count(static x => x < 0.5), Is.GreaterThan(30), "of 100");
        Assert.That(away.Count(static x => x < 0.5), Is.LessThan(without.Count(static x => x < 0.5) / 2));
        Assert.That(accident, Is.EqualTo(without), "accidents say nothing");
    }

    [Test]
    public async Task Tpe_TwoObjectives_ComesNearerToTheFrontThanRandom()
    {
        async Task<double> VolumeAsync(ISampler sampler, int seed)
        {
            var study = await Study.OpenAsync(Hartmann6Space, new StudyOptions
            {
                Sampler = sampler,
                Seed = seed,
                Objectives = [new("a", Direction.Minimize), new("b", Direction.Maximize)],
            });

            // The front is x2 … x6 = 0.5, whatever x1 is.
            var result = await study.OptimizeAsync(
                static (trial, _) =>
                {
                    var off = Enumerable.Range(2, 5).Sum(i => Math.Pow(trial.Float($"x{i}") - 0.5, 2));
                    var x = trial.Float("x1");
                    return Task.FromResult<IReadOnlyList<double>>([(x * x) + off, -((x - 1) * (x - 1)) - off]);
                },
                new OptimizeOptions { Trials = 80 });
            return MaaS.Training.Tuning.Fronts.Hypervolume.Of(
                [.. result.Front.Select(static t => new[] { t.Values![0], -t.Values[1] })], [2, 2]);
        }

        double tpe = 0, random = 0;
        for (var seed = 1; seed <= 5; seed++)
        {
            tpe += await VolumeAsync(new TpeSampler(), seed) / 5;
            random += await VolumeAsync(new RandomSampler(), seed) / 5;
        }

        Assert.That(tpe, Is.GreaterThan(random + 0.05));
    }

    private const string Died = "its worker showed no life any more, the last of 2 attempts";

    private static Dictionary<string, ParameterValue> EndedTheStudy { get; } =
        new() { [TrialRecord.EndedStudy] = "IOException" };

    private static TrialRecord Record(long number, double x, bool complete) => new()
    {
        Number = number,
        State = complete ? TrialState.Complete : TrialState.Failed,
        Parameters = new Dictionary<string, ParameterValue> { ["x"] = x },
        Values = complete ? [x] : null,
        Note = complete ? null : "no good",
        Created = DateTimeOffset.UnixEpoch,
    };

    private static double[] Draws(TrialRecord[] trials)
    {
        var space = new SearchSpace().Float("x", 0, 1);
        return
        [
            .. Enumerable.Range(0, 100).Select(draw => new TpeSampler().Sample(
                new SamplingContext(space, [new("loss", Direction.Minimize)], trials, draw, Seed: 1))["x"].Number),
        ];
    }

    private static SearchSpace Mixed { get; } = new SearchSpace()
        .Categorical("kind", ["flat", "deep"])
        .Float("x", -5, 5, when: Condition.Of("kind", "flat"))
        .Float("rate", 1e-5, 1, log: true, when: Condition.Of("kind", "deep"))
        .Int("layers", 1, 8, when: Condition.Of("kind", "deep"));

    private static Task<double> MixedAsync(Trial trial, CancellationToken cancellationToken) => Task.FromResult(
        trial.Text("kind") == "flat" ? 3 + (trial.Float("x") * trial.Float("x"))
            : Math.Abs(Math.Log10(trial.Float("rate")) + 3) + Math.Abs(trial.Int("layers") - 4));

    private static ISampler Sampler(string name) => name switch
    {
        "random" => new RandomSampler(),
        "sobol" => new SobolSampler(),
        "nsga2" => new NsgaIISampler(new NsgaIIOptions { Population = 8 }),
        _ => new TpeSampler(),
    };
}
