using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Fronts;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning.Sampling;

internal sealed class NsgaIISamplerTests
{
    private static readonly SearchSpace Zdt = Enumerable.Range(1, 8).Aggregate(
        new SearchSpace(), static (space, i) => space.Float($"x{i}", 0, 1));

    // The whole volume below (1.1, 6) that the front of each function leaves (Zitzler, Deb and Thiele 2000).
    [TestCase("zdt1", (1.1 * 6) - (1.0 / 3))]
    [TestCase("zdt2", (1.1 * 6) - (2.0 / 3))]
    public async Task Optimize_TenSeedsOfFourHundredTrials_MissesAQuarterOfWhatRandomMisses(
        string function, double whole)
    {
        async Task<double> MissedAsync(ISampler sampler)
        {
            var missed = new double[10];
            for (var seed = 0; seed < missed.Length; seed++)
            {
                var result = await RunAsync(Zdt, sampler, seed, 400, trial =>
                {
                    double[] x = [.. Enumerable.Range(1, 8).Select(i => trial.Float($"x{i}"))];
                    var g = 1 + (9 * x.Skip(1).Average());
                    return [x[0], g * (1 - Math.Pow(x[0] / g, function == "zdt1" ? 0.5 : 2))];
                });
                missed[seed] = whole - Hypervolume.Of([.. result.Front.Select(static t => t.Values!)], [1.1, 6]);
            }

            Array.Sort(missed);
            return (missed[4] + missed[5]) / 2;
        }

        var (nsga, random) = (await MissedAsync(new NsgaIISampler()), await MissedAsync(new RandomSampler()));
        TestContext.Out.WriteLine($"{function}: of {whole:0.000} {nsga:0.000} missed, by random search {random:0.000}");
        Assert.That(nsga, Is.InRange(0, random / 4));
    }

    [Test]
    public async Task Optimize_MixedAndConditional_FindsTheFrontOfTheRightBranch()
    {
        // f1 and f2 pull n apart; the branch "far" costs 20 in both, and m is best at 0.3.
        var space = new SearchSpace().Categorical("kind", ["far", "near", "between"]).Int("n", 1, 1000, log: true)
            .Float("m", 0, 1, when: Condition.Of("kind", "near", "between"));
        var result = await RunAsync(space, new NsgaIISampler(new NsgaIIOptions { Population = 20 }), 3, 200, trial =>
        {
            var n = Math.Log10(trial.Int("n"));
            var miss = trial.Text("kind") switch
            {
                "far" => 20,
                "near" => Math.Abs(trial.Float("m") - 0.3),
                _ => 5 + Math.Abs(trial.Float("m") - 0.3),
            };
            return [n + miss, 3 - n + miss];
        });

        Assert.That(result.Front.Select(static t => t.Parameters!["kind"].ToString()), Is.All.EqualTo("near"));
        Assert.That(result.Front, Has.Count.GreaterThan(5));
        Assert.That(
            result.Trials.TakeLast(40).Count(static t => t.Parameters!["kind"].ToString() == "near"),
            Is.GreaterThan(25), "a third would be chance");
    }

    [Test]
    public void Sample_BeforeAWholeGeneration_DrawsAsRandomDoes()
    {
        var space = new SearchSpace().Float("x", 0, 1).Categorical("kind", ["a", "b"]);
        Objective[] objectives = [new("a", Direction.Minimize), new("b", Direction.Minimize)];
        TrialRecord[] trials =
        [
            .. Enumerable.Range(0, 19).Select(static i => new TrialRecord
            {
                Number = i,
                State = TrialState.Complete,
                Created = default,
                Parameters = new Dictionary<string, ParameterValue> { ["x"] = 0.5, ["kind"] = "a" },
                Values = [i, -i],
            }),
        ];
        var context = new SamplingContext(space, objectives, trials, 19, 5);
        Assert.That(
            ParameterText.Write(new NsgaIISampler().Sample(context)),
            Is.EqualTo(ParameterText.Write(new RandomSampler().Sample(context))));
        trials = [.. trials, trials[0] with { Number = 19 }];
        var children = Enumerable.Range(20, 100).Select(
            draw => new NsgaIISampler(new NsgaIIOptions { MutationShare = 0 })
                .Sample(context with { Trials = trials, Draw = draw }));
        Assert.That(
            children.Select(ParameterText.Write), Is.All.EqualTo("""{"kind":"a","x":0.5}"""),
            "equal parents have equal children");
    }

    [Test]
    public void New_OptionsOutOfRange_AreRefused()
    {
        foreach (var options in new NsgaIIOptions[]
        {
            new() { Population = 1 }, new() { CrossoverShare = 1.1 }, new() { SwapShare = -0.1 },
            new() { MutationShare = double.NaN }, new() { CrossoverNearness = double.PositiveInfinity },
            new() { MutationNearness = -1 },
        })
        {
            Assert.That(
                () => new NsgaIISampler(options),
                Throws.ArgumentException.With.Message.Contains("Population of at least 2"));
        }
    }

    [Test]
    public void Distances_OfAFront_AreThoseOfItsNeighbours()
    {
        Assert.That(
            Crowding.Distances([[0, 8], [1, 4], [2, 2], [4, 0]]),
            Is.EqualTo(new[]
            {
                double.PositiveInfinity, (2.0 / 4) + (6.0 / 8), (3.0 / 4) + (4.0 / 8), double.PositiveInfinity,
            }).Within(1e-12));
        Assert.That(Crowding.Distances([[1, 1], [1, 1]]), Is.EqualTo(new[] { 0.0, 0.0 }));
        Assert.That(Crowding.Distances([]), Is.Empty);
    }

    private static async Task<StudyResult> RunAsync(
        SearchSpace space, ISampler sampler, int seed, int trials, Func<Trial, double[]> objective)
    {
        var study = await Study.OpenAsync(space, new StudyOptions
        {
            Objectives = [new("f1", Direction.Minimize), new("f2", Direction.Minimize)],
            Sampler = sampler,
            Seed = seed,
        });
        return await study.OptimizeAsync(
            (trial, _) => Task.FromResult<IReadOnlyList<double>>(objective(trial)),
            new OptimizeOptions { Trials = trials });
    }
}
