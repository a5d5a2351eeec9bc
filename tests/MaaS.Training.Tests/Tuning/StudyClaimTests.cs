using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Training.Tests.Tuning;

internal sealed class StudyClaimTests
{
    private static readonly SearchSpace Space = new SearchSpace().Float("x", -5, 5);
    private static readonly StudyOptions Random = new() { Sampler = new RandomSampler() };

    [Test]
    public async Task Ask_SamplerThatThrows_GivesTheTrialBack()
    {
        var sampler = new SamplerWith(static () => throw new OperationCanceledException("the budget is over"));
        var store = new InMemoryStudyStore();
        var study = await Study.OpenAsync(Space, Random with { Sampler = sampler }, store);
        Assert.That(() => study.AskAsync(), Throws.InstanceOf<OperationCanceledException>());

        var next = await Study.OpenAsync(Space, Random, store);
        Assert.That((await next.TrialsAsync())[0].State, Is.EqualTo(TrialState.Waiting));
        var trial = (await next.AskAsync(mostTrials: 1))!;
        Assert.That(trial.Number, Is.Zero);
        Assert.That((await next.TrialsAsync())[0].Attempts, Is.EqualTo(1), "as if it had not been begun");
    }

    [Test]
    public async Task Ask_TrialThatAnotherWorkerTakesWhileItIsDrawn_ClaimsTheNext()
    {
        var clock = new FakeTimeProvider();
        var store = new InMemoryStudyStore(clock);
        var other = await Study.OpenAsync(Space, Random with { Clock = clock }, store);
        Trial? taken = null;
        var sampler = new SamplerWith(() =>
        {
            if (taken is null)
            {
                clock.Advance(TimeSpan.FromSeconds(61));
                taken = other.AskAsync().GetAwaiter().GetResult();
            }
        });
        var slow = await Study.OpenAsync(Space, Random with { Sampler = sampler, Clock = clock }, store);
        var trial = (await slow.AskAsync())!;

        Assert.That((taken!.Number, trial.Number), Is.EqualTo((0L, 1L)));
        Assert.That(await taken.BeatAsync() && await trial.BeatAsync(), Is.True, "each has its own");
    }

    private sealed class SamplerWith(Action before) : ISampler
    {
        private readonly RandomSampler _random = new();

        public string Name => "with";

        public long? Points(SearchSpace space) => null;

        public IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context)
        {
            before();
            return _random.Sample(context);
        }
    }
}
