using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models;

namespace MaaS.Serving.Tests.Models;

/// <summary>Drives the machine event by event: what it wants done, and what requests see in between.</summary>
public sealed class LifecycleMachineTests
{
    private FakeTime _time = null!;
    private MaaSServingOptions _options = null!;
    private LifecycleMachine _machine = null!;

    [SetUp]
    public void MakeMachine()
    {
        _time = new FakeTime();
        _options = new MaaSServingOptions { ModelsPath = "/models" };
        _machine = new LifecycleMachine(_options, _time);
    }

    [Test]
    public void Scanned_NewVersion_IsLoadedOnce()
    {
        Scan(Source(1));

        Assert.That(Take(), Is.EqualTo(new[] { "load 1" }));
        Assert.That((State(1), Answers()), Is.EqualTo((ModelState.Loading, (long?)null)));
        Scan(Source(1));
        Assert.That(Take(), Is.Empty, "it is under way");
    }

    [Test]
    public void Loaded_FirstVersion_Answers()
    {
        Scan(Source(1));
        Take();
        Load(1);

        Assert.That((State(1), Answers(), Slot(1).Bytes), Is.EqualTo((ModelState.Available, 1, 100)));
        Assert.That(Take(), Is.Empty);
    }

    [Test]
    public void Loaded_NewerVersion_TakesOverBeforeTheOldOneGoes()
    {
        Serve(1);
        Scan(Source(1), Source(2));
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "load 2" }, 1)));

        Load(2);

        Assert.That((Take(), Answers(), State(1)), Is.EqualTo((new[] { "unload 1" }, 2, ModelState.Unloading)));
        Free(1);
        Assert.That(State(1), Is.EqualTo(ModelState.End));
    }

    [Test]
    public void Scanned_NewerVersionWhileAnOlderLoads_BothLoadAndTheNewerOneStays()
    {
        Scan(Source(1));
        Scan(Source(1), Source(2));
        Assert.That(Take(), Is.EqualTo(new[] { "load 1", "load 2" }));

        Load(1);
        Assert.That(
            (Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 1)), "better than nothing until 2 is there");
        Load(2);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 1" }, 2)));
    }

    [Test]
    public void Scanned_NewerVersionWhileAnOlderLoads_OlderOneThatEndsLastIsFreedAtOnce()
    {
        Scan(Source(1));
        Scan(Source(1), Source(2));
        Take();

        Load(2);
        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 2)));
        Load(1);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 1" }, 2)));
    }

    [Test]
    public void Loaded_OtherFilesOfTheSameVersion_ReplacesTheContent()
    {
        Serve(1);
        Scan(Source(1) with { Fingerprint = "other" });
        Assert.That((Take(), State(1)), Is.EqualTo((new[] { "load 1" }, ModelState.Available)));
        var before = Slot(1).Serving;

        var after = Load(1, bytes: 70);

        Assert.That(Slot(1).Serving, Is.SameAs(after).And.Not.SameAs(before));
        Assert.That((Slot(1).Bytes, Slot(1).Unloading), Is.EqualTo((70, 1)));
        var unload = (LifecycleEffect.Unload)_machine.TakeEffects().Single();
        Assert.That((unload.Model, unload.Bytes), Is.EqualTo((before, 100)));
    }

    [Test]
    public void Scanned_FilesChangeWhileTheyLoad_AreLoadedAgain()
    {
        Scan(Source(1));
        Take();
        Scan(Source(1) with { Fingerprint = "other" });
        Assert.That(Take(), Is.Empty, "one load of a version at a time");

        Load(1, Source(1));

        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "load 1" }, 1)));
    }

    [Test]
    public void LoadFailed_FirstVersion_IsEndedWithItsCause()
    {
        Scan(Source(1));
        Fail(1);

        Assert.That((State(1), Answers(), Slot(1).Fault!.Attempts), Is.EqualTo((ModelState.End, (long?)null, 1)));
        Assert.That(_machine.View.Failed, Is.EqualTo(new[] { ("m", "m version 1") }));
    }

    [Test]
    public void LoadFailed_Successor_LeavesTheOldOneServing()
    {
        Serve(1);
        Scan(Source(1), Source(2));
        Fail(2);

        Assert.That((Answers(), State(1), State(2)), Is.EqualTo((1, ModelState.Available, ModelState.End)));
        Assert.That(_machine.View.Failed, Is.Empty, "the model answers");
    }

    [Test]
    public void LoadFailed_NewestVersions_TheNewestThatLoadsStandsIn()
    {
        Scan(Source(1), Source(2), Source(3));
        Assert.That(Take(), Is.EqualTo(new[] { "load 3" }));
        Fail(3);
        Assert.That(Take(), Is.EqualTo(new[] { "load 2" }));
        Fail(2);
        Assert.That(Take(), Is.EqualTo(new[] { "load 1" }));
        Load(1);

        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 1)));
        Assert.That((State(2), State(3)), Is.EqualTo((ModelState.End, ModelState.End)));
        Assert.That((Slot(2).Fault?.Cause.Message, Slot(3).Fault?.Cause.Message), Is.EqualTo(("noise", "noise")));
        Assert.That(_machine.View.Failed, Is.Empty, "the model answers");
    }

    [Test]
    public void LoadFailed_NewestVersionIsMended_TakesOverFromTheOneInItsPlace()
    {
        Scan(Source(1), Source(2), Source(3));
        Fail(3);
        Fail(2);
        Load(1);
        Take();

        Scan(Source(1), Source(2) with { Fingerprint = "mended" }, Source(3));
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "load 2" }, 1)));
        Load(2);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 1" }, 2)), "nobody waits for 3");

        _time.Advance(TimeSpan.FromSeconds(10));
        Scan(Source(1), Source(2) with { Fingerprint = "mended" }, Source(3));
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "load 3" }, 2)));
        Load(3);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 2" }, 3)));
    }

    [Test]
    public void LoadFailed_NamedVersion_HasNoOtherInItsPlace()
    {
        _options.Defaults.Versions = "2";
        Scan(Source(1), Source(2));
        Fail(2);

        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), (long?)null)));
    }

    [Test]
    public void LoadFailed_DormantVersion_TheOneBeforeSleepsInItsPlace()
    {
        _options.Defaults.IsLazy = true;
        Scan(Source(1), Source(2));
        Assert.That(Answers(), Is.EqualTo(2));
        _machine.Demanded(Slot(2));
        Fail(2);

        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 1)));
        Assert.That((State(1), State(2)), Is.EqualTo((ModelState.Start, ModelState.End)));
        _time.Advance(TimeSpan.FromSeconds(10));
        Scan(Source(1), Source(2));
        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 2)), "it is tried when somebody asks");
        _machine.Demanded(Slot(2));
        Fail(2);
        _machine.Demanded(Slot(1));
        Load(1);
        Assert.That(Answers(), Is.EqualTo(1));
    }

    [Test]
    public void LoadRequested_VersionThatStandsIn_StaysWhenTheNewestIsMended()
    {
        Scan(Source(1), Source(2));
        Fail(2);
        Load(1);
        _machine.LoadRequested(Family, 1, reload: false);
        Take();

        Scan(Source(1), Source(2) with { Fingerprint = "mended" });
        Load(2);

        Assert.That((Take(), Answers(), State(1)), Is.EqualTo((new[] { "load 2" }, 2, ModelState.Available)));
    }

    [Test]
    public void LoadFailed_SameFiles_AreTriedAfterWaitsThatDoubleUpToFiveMinutes()
    {
        Scan(Source(1));
        foreach (var seconds in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            Fail(1);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Scan(Source(1));
            Assert.That(Take(), Is.Empty, $"before {seconds} s");
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Scan(Source(1));
            Assert.That(Take(), Is.EqualTo(new[] { "load 1" }), $"after {seconds} s");
        }
    }

    [Test]
    public void LoadFailed_OtherFiles_AreTriedAtOnceAndCountAnew()
    {
        Scan(Source(1));
        Fail(1);
        Scan(Source(1) with { Fingerprint = "other" });
        Assert.That(Take(), Is.EqualTo(new[] { "load 1" }));

        Fail(1);
        Assert.That(Slot(1).Fault!.Attempts, Is.EqualTo(1));
    }

    [Test]
    public void Scanned_VersionIsGone_IsUnloadedAndForgotten()
    {
        Serve(1);
        Scan();

        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 1" }, (long?)null)));
        Free(1);
        Assert.That(_machine.Families.Find("m"), Is.Null);
    }

    [Test]
    public void Scanned_VersionIsGoneWhileItLoads_IsFreedWhenTheLoadEnds()
    {
        Scan(Source(1));
        Take();
        Scan();
        Assert.That((Take(), State(1)), Is.EqualTo((Array.Empty<string>(), ModelState.Loading)));

        Load(1, Source(1));

        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 1" }, (long?)null)));
        Free(1);
        Assert.That(_machine.Families.Find("m"), Is.Null);
    }

    [Test]
    public void UnloadRequested_Model_GoesAndStaysGoneUntilItIsAskedFor()
    {
        Serve(1);
        _machine.UnloadRequested(Family, version: null);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 1" }, (long?)null)));
        Free(1);
        Scan(Source(1));
        Assert.That(Take(), Is.Empty, "the folder alone does not bring it back");

        _machine.LoadRequested(Family, version: null, reload: false);

        Assert.That(Take(), Is.EqualTo(new[] { "load 1" }));
    }

    [Test]
    public void UnloadRequested_NewestVersion_WaitsForTheOneBefore()
    {
        Scan(Source(1), Source(2));
        Load(2);
        Take();
        _machine.UnloadRequested(Family, 2);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "load 1" }, 2)));

        Load(1);

        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "unload 2" }, 1)));
    }

    [Test]
    public void Restore_UnloadWithoutSuccessor_KeepsTheVersion()
    {
        Scan(Source(1), Source(2));
        Load(2);
        Take();
        var before = Family.Overrides;
        _machine.UnloadRequested(Family, 2);
        Fail(1);
        Assert.That(Family.Serves(2), "nothing takes its place");

        _machine.Restore(Family, 2, before);

        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 2)));
    }

    [TestCase(null)]
    [TestCase(2L)]
    public void Restore_OtherChangesSinceTheRequest_StayAsTheyAre(long? version)
    {
        Scan(Source(1), Source(2), Source(3));
        Load(3);
        Take();
        var before = Family.Overrides;
        _machine.UnloadRequested(Family, version);
        Family.SetInstances(7);
        _machine.SetRoute(Family, new TrafficRoute { Split = { ["3"] = 1 } });
        Family.Overrides = Family.Overrides with { Loaded = [1] };

        _machine.Restore(Family, version, before);

        var after = Family.Overrides;
        Assert.That((after.Instances, after.HasRoute, after.Loaded), Is.EqualTo((7, true, new[] { 1L })));
        Assert.That((after.IsUnloaded, after.Unloaded), Is.EqualTo((false, Array.Empty<long>())));
    }

    [Test]
    public void LoadRequested_Reload_LoadsTheSameFilesWhileTheyServe()
    {
        Serve(1);
        _machine.LoadRequested(Family, version: null, reload: false);
        Assert.That(Take(), Is.Empty, "nothing changed");

        Assert.That(_machine.LoadRequested(Family, version: null, reload: true), Is.EqualTo(new[] { Slot(1) }));

        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "load 1" }, 1)));
        Fail(1);
        Scan(Source(1));
        Assert.That(
            (Take(), Answers()), Is.EqualTo((Array.Empty<string>(), 1)), "a reload that failed is not repeated");
    }

    [Test]
    public void LoadRequested_OlderVersionThatFails_IsForgotten()
    {
        Serve(2, Source(1));
        var before = Family.Overrides;
        _machine.LoadRequested(Family, 1, reload: false);
        Assert.That((Take(), Family.Wanted()), Is.EqualTo((new[] { "load 1" }, new[] { 1, 2 })));
        Fail(1);

        LifecycleMachine.LoadRequestEnded(Family, 1, before);

        Assert.That(Family.Wanted(), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void LoadRequested_OlderVersionThatFails_LeavesWhatOthersAskedFor()
    {
        Serve(3, Source(1), Source(2));
        var before = Family.Overrides;
        _machine.LoadRequested(Family, 1, reload: false);
        _machine.LoadRequested(Family, 2, reload: false);
        Fail(1);

        LifecycleMachine.LoadRequestEnded(Family, 1, before);

        Assert.That(Family.Wanted(), Is.EqualTo(new[] { 2, 3 }));
    }

    [Test]
    public void Demanded_DormantVersion_IsLoadedOnce()
    {
        _options.Defaults.IsLazy = true;
        Scan(Source(1));
        Assert.That((Take(), State(1), Answers()), Is.EqualTo((Array.Empty<string>(), ModelState.Start, 1)));

        _machine.Demanded(Slot(1));
        _machine.Demanded(Slot(1));

        Assert.That(Take(), Is.EqualTo(new[] { "load 1" }));
        Fail(1);
        _machine.Demanded(Slot(1));
        Assert.That(Take(), Is.Empty, "too early to try again");
    }

    [Test]
    public void Evict_LeastRecentlyUsed_SleepsUntilItsNextRequest()
    {
        Serve(1);
        var victim = _machine.Evict(new ModelSlot("needy", 1));

        Assert.That((victim, Take(), State(1)), Is.EqualTo((Slot(1), new[] { "unload 1" }, ModelState.Start)));
        Assert.That(_machine.Evict(new ModelSlot("needy", 1)), Is.Null, "nothing is left");
        _machine.Demanded(Slot(1));
        Assert.That(Take(), Is.EqualTo(new[] { "load 1" }));
    }

    [Test]
    public void Scanned_DormantVersionIsGone_IsNoneThatCanAnswer()
    {
        Serve(1);
        _machine.Evict(new ModelSlot("needy", 1));
        Free(1);

        Scan(Source(2));

        Assert.That(
            (Slot(2).IsLoading, Family.Slots.GetValueOrDefault(1)?.IsDormant ?? false), Is.EqualTo((true, false)));
        Assert.That(Answers(), Is.Null, "version 2 is not loaded, version 1 cannot be");
        Load(2);
        Assert.That(Answers(), Is.EqualTo(2));
    }

    [Test]
    public void Evict_VersionThatIsGone_DoesNotSleep()
    {
        Serve(1);
        Scan(Source(2));

        Assert.That(_machine.Evict(Slot(2)), Is.SameAs(Slot(1)));

        Assert.That((State(1), Answers()), Is.EqualTo((ModelState.Unloading, (long?)null)));
    }

    [Test]
    public void Scanned_ModelIsGoneForAMoment_KeepsWhatWasAskedFor()
    {
        Serve(1);
        _machine.UnloadRequested(Family, version: null);
        Family.SetInstances(3);
        Take();
        Free(1);
        Scan();
        Scan(Source(1));

        Assert.That((Take(), Answers()), Is.EqualTo((Array.Empty<string>(), (long?)null)));
        Assert.That((Family.Overrides.IsUnloaded, Family.Overrides.Instances), Is.EqualTo((true, 3)));
    }

    [Test]
    public void Scanned_EntryOfARegisteredNameIsGoneForAMoment_HasTheNameAgain()
    {
        var source = new ModelSource("m", 1, "/models/m.onnx", SourceKind.Network, "files", 100);
        Scan(source);
        Assert.That(_machine.Register("alias", "m.onnx"));
        var alias = _machine.Families.Find("alias")!;
        Fail(1);
        _machine.LoadFailed(alias, alias.Slots[1], alias.Slots[1].Source!, new InvalidDataException("noise"));
        Scan();
        Scan(source);

        Assert.That(_machine.Families.Find("alias")?.Versions, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Started_StrictReadiness_WaitsForEveryModelOfTheStart()
    {
        _options.StrictReadiness = true;
        Scan(Source(1));
        Fail(1);
        Assert.That(_machine.View.IsReady, Is.False);
        _machine.Started();
        Assert.That(_machine.View.IsReady, Is.False);

        _time.Advance(TimeSpan.FromSeconds(10));
        Scan(Source(1));
        Load(1);

        Assert.That(_machine.View.IsReady);
    }

    [Test]
    public void Stop_WhileAVersionServesAndAnotherLoads_DiscardsBoth()
    {
        Serve(1);
        Scan(Source(1), Source(2));
        Take();

        _machine.Stop();

        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "discard 1" }, (long?)null)));
        Load(2);
        Assert.That((Take(), Answers()), Is.EqualTo((new[] { "discard 2" }, (long?)null)));
        Scan(Source(3));
        _machine.Stop();
        Assert.That(Take(), Is.Empty, "nothing happens any more");
    }

    [Test]
    public void Stop_WhileALoadFails_ChangesNothing()
    {
        Scan(Source(1));
        Take();
        _machine.Stop();
        Fail(1);

        Assert.That((Take(), Slot(1).Fault), Is.EqualTo((Array.Empty<string>(), (ModelFault?)null)));
    }

    private ModelFamily Family => _machine.Families.Find("m")!;

    private static ModelSource Source(long version)
        => new("m", version, $"/models/m/{version}", SourceKind.Network, $"files of {version}", 100);

    private void Scan(params ModelSource[] sources)
        => _machine.Scanned(new ModelScan(sources, new Dictionary<string, IReadOnlyDictionary<string, long>>(), []));

    /// <summary>A version that answers, and nothing under way.</summary>
    private void Serve(long version, params ModelSource[] others)
    {
        Scan([.. others, Source(version)]);
        Load(version);
        Take();
    }

    private ServedModel Load(long version, ModelSource? source = null, long bytes = 100)
    {
        var model = new ServedModel("m", version, model: null, manifest: null, new IdleRunner());
        var slot = Slot(version);
        _machine.Loaded(_machine.Families.Find("m")!, slot, source ?? slot.Source ?? Source(version), model, bytes);
        return model;
    }

    private void Fail(long version)
    {
        Take();
        _machine.LoadFailed(Family, Slot(version), Slot(version).Source!, new InvalidDataException("noise"));
    }

    private void Free(long version) => _machine.Unloaded(Family, Slot(version));

    private ModelSlot Slot(long version) => Family.Slots[version];

    private ModelState State(long version) => Slot(version).State;

    /// <summary>The version that a request without a version gets; null for none.</summary>
    private long? Answers()
        => _machine.View.Models.GetValueOrDefault("m")?.Choose(new ModelReference("m"), new RequestContext())?.Version;

    private string[] Take() => [.. _machine.TakeEffects().Select(static e => e switch
    {
        LifecycleEffect.Load load => $"load {load.Slot.Version}",
        LifecycleEffect.Unload unload => $"unload {unload.Slot.Version}",
        LifecycleEffect.Discard discard => $"discard {discard.Model.Version}",
        _ => "nothing known",
    })];

    private sealed class IdleRunner : IModelRunner
    {
        public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
            => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
