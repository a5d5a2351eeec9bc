using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;

namespace MaaS.Serving.Tests.Models;

public sealed class ModelLifecycleTests
{
    private LifecycleFixture _it = null!;

    [SetUp]
    public void MakeFixture() => _it = new LifecycleFixture();

    [TearDown]
    public void RemoveFixture() => _it.Dispose();

    [Test]
    public async Task NewVersion_WhileItLoads_TheOldOneAnswersAndThenGoes()
    {
        await _it.Add("m", 1).StartAsync();
        var load = _it.Hold("m", 2);
        _it.Add("m", 2);

        await _it.SeeChangesAsync();

        Assert.That(
            (_it.State("m", 1), _it.State("m", 2), await _it.AnswersAsync("m")),
            Is.EqualTo((ModelState.Available, ModelState.Loading, 1)));
        load.SetResult();
        await _it.LoadsAsync("m");
        Assert.That((await _it.AnswersAsync("m"), _it.State("m", 2)), Is.EqualTo((2, ModelState.Available)));
        Assert.That(() => _it.State("m", 1), Is.EqualTo(ModelState.End).After(10_000, 10));
        Assert.That(
            () => _it.AnswersAsync("m", label: "stable"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.NotFound));
        Assert.That(
            async () => await _it.AcquireAsync("m", "1"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.Unavailable).And.Message.Contains("END"));
    }

    [Test]
    public async Task NewVersion_ThatFails_LeavesTheOldOneServingAndSaysWhy()
    {
        await _it.Add("m", 1).StartAsync();
        _it.Break("m", 2, new InvalidDataException($"{_it.Path}/m/2: expected a model, got noise"));
        _it.Add("m", 2);

        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");

        var status = _it.Repository.Status("m", "2")[0];
        Assert.That(
            (status.State, status.ErrorCode, status.ErrorMessage),
            Is.EqualTo((ModelState.End, "INVALID_ARGUMENT", "m/2: expected a model, got noise")));
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
        Assert.That(_it.Repository.IsReady, "the model answers");
    }

    [Test]
    public async Task FailedLoad_IsTriedAgainLaterAndAtOnceWhenItsFilesChange()
    {
        _it.Options.StrictReadiness = true;
        _it.Break("m", 1, new IOException("disk"));
        await _it.Add("m", 1).Add("other", 1).StartAsync();
        Assert.That(_it.Repository.IsReady, Is.False);
        _it.Break("m", 1, null);

        await _it.SeeChangesAsync();
        Assert.That(_it.Lifecycle.LoadsOf("m"), Is.Null, "too early");
        _it.Time.Advance(TimeSpan.FromSeconds(10));
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
        Assert.That(_it.Repository.IsReady);

        _it.Break("m", 1, new IOException("disk"));
        _it.Add("m", 1, bytes: 200);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");
        Assert.That(
            (_it.Repository.Status("m", "1")[0].ErrorMessage, await _it.AnswersAsync("m")), Is.EqualTo(("disk", 1)));
        _it.Break("m", 1, null);
        _it.Add("m", 1, bytes: 300);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");
        Assert.That(_it.Repository.Status("m", "1")[0].ErrorCode, Is.EqualTo("OK"));
    }

    [Test]
    public async Task Label_MovesOnlyOnceItsVersionIsLoaded()
    {
        _it.Add("m", 1).Add("m", 2).Label("m", ("stable", 1));
        await _it.StartAsync();
        Assert.That((await _it.AnswersAsync("m"), await _it.AnswersAsync("m", "stable")), Is.EqualTo((2, 1)));
        var load = _it.Hold("m", 3);
        _it.Add("m", 3).Label("m", ("stable", 3));

        await _it.SeeChangesAsync();
        Assert.That(await _it.AnswersAsync("m", "stable"), Is.EqualTo(1));
        load.SetResult();
        await _it.LoadsAsync("m");
        Assert.That(
            (await _it.AnswersAsync("m", "stable"), _it.Repository.Status("m", "3")[0].Labels),
            Is.EqualTo((3, new[] { "stable" })));
    }

    [Test]
    public async Task Label_OfVersionThatFails_IsUnavailableWithTheReason()
    {
        _it.Add("m", 1).Add("m", 2).Label("m", ("canary", 1));
        _it.Break("m", 1, new InvalidDataException("noise"));
        await _it.StartAsync();

        Assert.That(
            () => _it.AnswersAsync("m", "canary"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.Unavailable).And.Message.Contains("noise"));
        Assert.That(
            () => _it.AnswersAsync("m", "other"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.NotFound)
                .And.Message.Contains("[canary]"));
    }

    [Test]
    public async Task RemovedVersion_RequestsUnderWay_FinishBeforeItIsFreed()
    {
        await _it.Add("m", 1).StartAsync();
        var lease = await _it.AcquireAsync("m");
        _it.Add("m", 2);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");

        Assert.That((_it.State("m", 1), lease.Model.Freed.IsCompleted), Is.EqualTo((ModelState.Unloading, false)));
        var model = lease.Model;
        lease.Dispose();
        await model.Freed.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(() => _it.State("m", 1), Is.EqualTo(ModelState.End).After(10_000, 10));
    }

    [Test]
    public async Task Folder_HalfWritten_IsNotLoadedBeforeItSettles()
    {
        await _it.Add("m", 1).StartAsync();
        _it.Add("n", 1);
        await _it.Lifecycle.RefreshAsync(atOnce: false, CancellationToken.None);
        _it.Time.Advance(_it.Options.SettleTime / 2);
        _it.Add("n", 1, bytes: 200);
        await _it.Lifecycle.RefreshAsync(atOnce: false, CancellationToken.None);
        _it.Time.Advance(_it.Options.SettleTime / 2);
        await _it.Lifecycle.RefreshAsync(atOnce: false, CancellationToken.None);
        Assert.That(_it.Repository.Names, Is.EqualTo(new[] { "m" }));

        _it.Time.Advance(_it.Options.SettleTime / 2);
        await _it.Lifecycle.RefreshAsync(atOnce: false, CancellationToken.None);
        await _it.LoadsAsync("n");
        Assert.That(_it.Repository.Names, Is.EqualTo(new[] { "m", "n" }));

        _it.Remove("n", 1);
        await _it.SeeChangesAsync();
        Assert.That(_it.Repository.Names, Is.EqualTo(new[] { "m" }));
    }

    [Test]
    public async Task Unload_Version_FallsBackToTheOneBefore()
    {
        await _it.Add("m", 1).Add("m", 2).StartAsync();

        await _it.Repository.UnloadAsync("m", 2);

        Assert.That((await _it.AnswersAsync("m"), _it.State("m", 2)), Is.EqualTo((1, ModelState.End)));
        await _it.Repository.LoadAsync("m", 2);
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(2));
    }

    [Test]
    public async Task Unload_OnlyVersionThatAnswers_IsRefusedWhileItsSuccessorFails()
    {
        _it.Options.Defaults.Versions = "latest:2";
        _it.Break("m", 1, new InvalidDataException("noise"));
        await _it.Add("m", 1).Add("m", 2).StartAsync();

        Assert.That(
            () => _it.Repository.UnloadAsync("m", 2),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.Conflict)
                .And.Message.Contains("noise"));
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(2));
    }

    [Test]
    public async Task Unload_LabelledVersion_IsRefused()
    {
        _it.Add("m", 1).Add("m", 2).Label("m", ("stable", 1));
        await _it.StartAsync();
        Assert.That(
            () => _it.Repository.UnloadAsync("m", 1),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.Conflict)
                .And.Message.Contains("[stable]"));
    }

    [Test]
    public async Task Unload_Model_WaitsForItsLeasesAndComesBackOnLoad()
    {
        await _it.Add("m", 1).Add("other", 1).StartAsync();
        var lease = await _it.AcquireAsync("m");

        var unload = _it.Repository.UnloadAsync("m");
        Assert.That(() => _it.State("m", 1), Is.EqualTo(ModelState.Unloading).After(10_000, 10));
        Assert.That(unload.IsCompleted, Is.False);
        Assert.That(
            () => _it.AnswersAsync("m"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.Unavailable));
        lease.Dispose();
        await unload.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(_it.Repository.IsReady, "what was unloaded on purpose is not missing");
        await _it.SeeChangesAsync();
        Assert.That(_it.Repository.Names, Is.EqualTo(new[] { "other" }), "the folder alone does not bring it back");
        await _it.Repository.LoadAsync("m");
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
    }

    [Test]
    public async Task Unload_CallerLeaves_IsTakenBackAllTheSameWhereItFails()
    {
        await _it.Add("m", 1).Add("m", 2).StartAsync();
        var load = _it.Hold("m", 1);
        _it.Break("m", 1, new InvalidDataException("noise"));
        using var leave = new CancellationTokenSource();
        var unload = _it.Repository.UnloadAsync("m", 2, leave.Token);

        await leave.CancelAsync();
        Assert.That(() => unload, Throws.InstanceOf<OperationCanceledException>());
        load.SetResult();

        Assert.That(() => _it.Lifecycle.Read("m", static f => f.Overrides)!.Unloaded, Is.Empty.After(10_000, 10));
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(2));
    }

    [Test]
    public async Task Unload_CallerLeaves_IsWrittenDownAllTheSame()
    {
        using var folder = new ModelsFolder();
        _it.Options.StateFile = folder["state.json"];
        await _it.Add("m", 1).Add("m", 2).Add("other", 1).StartAsync();
        var load = _it.Hold("m", 1);
        using var leave = new CancellationTokenSource();
        var unload = _it.Repository.UnloadAsync("m", 2, leave.Token);

        await leave.CancelAsync();
        Assert.That(() => unload, Throws.InstanceOf<OperationCanceledException>());
        load.SetResult();

        Assert.That(
            () => RepositoryState.Load(_it.Options.StateFile).Models.GetValueOrDefault("m")?.Unloaded,
            Is.EqualTo(new[] { 2 }).After(10_000, 10));
    }

    [Test]
    public async Task Load_ThatFails_IsReportedAndTheOldOneServes()
    {
        await _it.Add("m", 1).StartAsync();
        _it.Break("m", 1, new InvalidDataException("noise"));

        Assert.That(
            () => _it.Repository.LoadAsync("m", reload: true),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.InvalidArgument).And.Message.Contains("noise"));
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
        Assert.That(
            () => _it.Repository.LoadAsync("none"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.NotFound));
        Assert.That(
            () => _it.Repository.LoadAsync("m", 7),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.NotFound)
                .And.Message.Contains("[1]"));
    }

    [Test]
    public async Task Load_Reload_TakesTheSameFilesAgain()
    {
        await _it.Add("m", 1).StartAsync();
        using var before = await _it.AcquireAsync("m");

        await _it.Repository.LoadAsync("m");
        Assert.That(_it.Loaded, Has.Count.EqualTo(1), "nothing changed");
        await _it.Repository.LoadAsync("m", reload: true);

        using var after = await _it.AcquireAsync("m");
        Assert.That((_it.Loaded.Count, ReferenceEquals(before.Model, after.Model)), Is.EqualTo((2, false)));
    }

    [Test]
    public async Task FailedVersion_NewerOneServes_KeepsItsReason()
    {
        _it.Break("m", 2, new InvalidDataException("noise"));
        await _it.Add("m", 1).StartAsync();
        _it.Add("m", 2);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");
        _it.Add("m", 3);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");

        Assert.That((await _it.AnswersAsync("m"), _it.State("m", 2)), Is.EqualTo((3, ModelState.End)));
        Assert.That(_it.Repository.Status("m", "2")[0].ErrorMessage, Is.EqualTo("noise"));
        await _it.Repository.LoadAsync("m");
        Assert.That(_it.Repository.Failed, Is.Empty);
    }

    [Test]
    public async Task Start_NewestVersionIsBroken_TheNewestThatLoadsServes()
    {
        _it.Options.StrictReadiness = true;
        _it.Break("m", 3, new InvalidDataException("noise"));
        await _it.Add("m", 1).Add("m", 2).Add("m", 3).StartAsync();

        Assert.That((await _it.AnswersAsync("m"), _it.Repository.IsReady), Is.EqualTo((2, true)));
        Assert.That(
            _it.Repository.Index().Select(s => (s.Version, s.State, s.ErrorMessage)),
            Is.EqualTo(new[] { (2, ModelState.Available, ""), (3, ModelState.End, "noise") }));
        Assert.That(
            async () => await _it.AcquireAsync("m", "3"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.Unavailable).And.Message.Contains("noise"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Load_WhateverIsThrown_HarmsNoNeighbour(bool isStrict)
    {
        _it.Options.StrictReadiness = isStrict;
        _it.Break("poison", 1, new StackOverflowExceptionLike());
        await _it.Add("m", 1).Add("poison", 1).StartAsync();

        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
        Assert.That(
            (_it.Repository.IsReady, _it.Repository.Failed), Is.EqualTo((!isStrict, new[] { "poison version 1" })));
        Assert.That(_it.Repository.Status("poison")[0].ErrorCode, Is.EqualTo("INTERNAL"));
    }

    [Test]
    public async Task NewModel_ThatFails_DoesNotMakeTheServerUnready()
    {
        _it.Options.StrictReadiness = true;
        await _it.Add("m", 1).StartAsync();
        _it.Break("late", 1, new InvalidDataException("noise"));
        _it.Add("late", 1);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("late");

        Assert.That((_it.Repository.IsReady, _it.Repository.Failed), Is.EqualTo((true, new[] { "late version 1" })));
    }

    [Test]
    public async Task Lazy_FirstRequests_LoadOnceAndSuccessorsLoadAtOnce()
    {
        _it.Options.Defaults.IsLazy = true;
        await _it.Add("m", 1).StartAsync();
        Assert.That(
            (_it.Loaded.Count, _it.State("m", 1), _it.Repository.IsReady), Is.EqualTo((0, ModelState.Start, true)));

        var load = _it.Hold("m", 1);
        var answers = Enumerable.Range(0, 8).Select(_ => _it.AnswersAsync("m")).ToArray();
        Assert.That(() => _it.State("m", 1), Is.EqualTo(ModelState.Loading).After(10_000, 10));
        load.SetResult();

        Assert.That(await Task.WhenAll(answers).WaitAsync(TimeSpan.FromSeconds(20)), Is.All.EqualTo(1));
        _it.Add("m", 2);
        await _it.SeeChangesAsync();
        await _it.LoadsAsync("m");
        Assert.That(_it.Loaded, Is.EqualTo(new[] { "m version 1", "m version 2" }));
    }

    [Test]
    public async Task Lazy_LoadThatFails_IsUnavailableWithTheReason()
    {
        _it.Options.Defaults.IsLazy = true;
        _it.Break("m", 1, new InvalidDataException("noise"));
        await _it.Add("m", 1).StartAsync();

        for (var i = 0; i < 2; i++)
        {
            Assert.That(
                () => _it.AnswersAsync("m"),
                Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                    .EqualTo(FaultKind.Unavailable).And.Message.Contains("noise"));
        }
    }

    [Test]
    public async Task Lazy_NewestVersionFails_TheRequestGetsTheOneBefore()
    {
        _it.Options.Defaults.IsLazy = true;
        _it.Break("m", 2, new InvalidDataException("noise"));
        await _it.Add("m", 1).Add("m", 2).StartAsync();

        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
        Assert.That(_it.Repository.Status("m", "2")[0].ErrorMessage, Is.EqualTo("noise"));
    }

    [Test]
    public async Task Lazy_DeadlineBeforeItIsLoaded_IsExceeded()
    {
        _it.Options.Defaults.IsLazy = true;
        await _it.Add("m", 1).StartAsync();
        var load = _it.Hold("m", 1);

        Assert.That(
            async () => await _it.Repository.AcquireAsync(
                new ModelReference("m"), new RequestContext { Deadline = _it.Time.GetTimestamp() }),
            Throws.TypeOf<DeadlineExceededException>());
        load.SetResult();
    }

    [Test]
    public async Task MemoryLimit_LeastRecentlyUsed_MakesRoomAndComesBack()
    {
        const long Mib = 1 << 20;
        _it.Options.MemoryLimitBytes = 250 * Mib;
        _it.Options.Defaults.IsLazy = true;
        _it.Options.Models["pinned"] = new ModelOptions { IsPinned = true };
        foreach (var name in new[] { "pinned", "a", "b", "c" })
        {
            _it.Add(name, 1, bytes: (int)(80 * Mib));
        }

        await _it.StartAsync();
        foreach (var name in new[] { "pinned", "a", "b", "a" })
        {
            _it.Time.Advance(TimeSpan.FromSeconds(1));
            await _it.AnswersAsync(name);
        }

        await _it.AnswersAsync("c");
        Assert.That(
            (_it.State("pinned", 1), _it.State("a", 1), _it.State("b", 1)),
            Is.EqualTo((ModelState.Available, ModelState.Available, ModelState.Start)));
        await _it.AnswersAsync("b");
        Assert.That(
            (_it.State("a", 1), _it.State("b", 1), _it.State("c", 1)),
            Is.EqualTo((ModelState.Start, ModelState.Available, ModelState.Available)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task MemoryLimit_FilesOfAnEvictedVersionAreGone_IsUnavailableUntilItsSuccessorIsThere(bool isBroken)
    {
        const long Mib = 1 << 20;
        _it.Options.MemoryLimitBytes = 100 * Mib;
        _it.Options.Models["other"] = new ModelOptions { IsLazy = true };
        await _it.Add("m", 1, bytes: (int)(80 * Mib)).Add("other", 1, bytes: (int)(80 * Mib)).StartAsync();
        await _it.AnswersAsync("other");
        Assert.That(_it.State("m", 1), Is.EqualTo(ModelState.Start));
        var load = _it.Hold("m", 2);
        if (isBroken)
        {
            _it.Break("m", 2, new InvalidDataException("noise"));
            load.SetResult();
        }

        _it.Remove("m", 1);
        _it.Add("m", 2, bytes: (int)(80 * Mib));
        await _it.SeeChangesAsync();
        if (isBroken)
        {
            await _it.LoadsAsync("m");
        }

        Assert.That(
            () => _it.AnswersAsync("m"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.Unavailable).And.Message.Contains("version 2"));
        if (!isBroken)
        {
            load.SetResult();
            await _it.LoadsAsync("m");
            Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task MemoryLimit_NothingMayGo_IsResourceExhausted()
    {
        _it.Options.MemoryLimitBytes = 1000;
        await _it.Add("small", 1).Add("large", 1, bytes: 2000).StartAsync();

        var status = _it.Repository.Status("large")[0];
        Assert.That((status.State, status.ErrorCode), Is.EqualTo((ModelState.End, "RESOURCE_EXHAUSTED")));
        Assert.That(status.ErrorMessage, Does.Contain("2000 bytes"));
    }

    [Test]
    public async Task StateFile_WhatWasAskedFor_OutlivesTheProcess()
    {
        using var folder = new ModelsFolder();
        _it.Options.StateFile = folder["state.json"];
        _it.Add("m", 1).Add("m", 2).Add("gone", 1).Add("other", 1).Label("m", ("stable", 1));
        await _it.StartAsync();
        await _it.Repository.UnloadAsync("gone");
        _it.Repository.SetRoute("m", new TrafficRoute { Split = { ["stable"] = 1 } });
        _it.Lifecycle.Dispose();

        // As after kill -9: nothing was said to the first one.
        await _it.StartAsync();

        Assert.That(_it.Repository.Names, Is.EqualTo(new[] { "m", "other" }));
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
        Assert.That(
            () => _it.AnswersAsync("gone"),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.Unavailable));
        await _it.Repository.LoadAsync("gone");
        _it.Lifecycle.Dispose();
        await _it.StartAsync();
        Assert.That(await _it.AnswersAsync("gone"), Is.EqualTo(1));
    }

    [Test]
    public async Task StateFile_Broken_StopsTheStart()
    {
        using var folder = new ModelsFolder();
        _it.Options.StateFile = folder["state.json"];
        await File.WriteAllTextAsync(folder["state.json"], "{");
        Assert.That(
            () => _it.Add("m", 1).StartAsync(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("state.json"));
    }

    [Test]
    public async Task Route_Faulty_IsRefusedAndLeavesTheOldOne()
    {
        await _it.Add("m", 1).StartAsync();
        Assert.That(
            () => _it.Repository.SetRoute("m", new TrafficRoute { Split = { ["7"] = 1, ["beta"] = 1 } }),
            Throws.TypeOf<RequestException>().With.Message.Contains("'7'").And.Message.Contains("'beta'"));
        Assert.That(_it.Repository.Route("m"), Is.Null);
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(1));
    }

    [Test]
    public void Route_Configured_MustLeadSomewhere()
    {
        _it.Options.Models["m"] = new ModelOptions { Route = new TrafficRoute { Split = { ["canary"] = 1 } } };
        Assert.That(
            () => _it.Add("m", 1).StartAsync(), Throws.InvalidOperationException.With.Message.Contains("'canary'"));
    }

    [Test]
    public async Task Stopping_IsNotReadyAndAnswersOn()
    {
        await _it.Add("m", 1).StartAsync();
        await _it.Lifecycle.StoppingAsync(CancellationToken.None);

        Assert.That(
            (_it.Repository.IsReady, _it.Repository.IsDraining, await _it.AnswersAsync("m")),
            Is.EqualTo((false, true, 1)));
    }

    [Test]
    public async Task Stopping_Twice_WaitsOnce()
    {
        _it.Options.DrainDelay = TimeSpan.FromHours(1);
        await _it.Add("m", 1).StartAsync();
        using var end = new CancellationTokenSource();
        var first = _it.Lifecycle.StoppingAsync(end.Token);

        Assert.That(
            (first.IsCompleted, _it.Lifecycle.StoppingAsync(CancellationToken.None).IsCompleted),
            Is.EqualTo((false, true)));
        await end.CancelAsync();
        Assert.That(() => first, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Acquire_WhileVersionsComeAndGo_NeverFails()
    {
        await _it.Add("m", 1).StartAsync();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (!stop.IsCancellationRequested)
            {
                using var lease = await _it.AcquireAsync("m");
                Assert.That(lease.Model.Freed.IsCompleted, Is.False);
                count++;
            }

            return count;
        })).ToArray();
        for (var version = 2; version < 60; version++)
        {
            _it.Add("m", version);
            await _it.SeeChangesAsync();
            await _it.LoadsAsync("m");
            await _it.Repository.LoadAsync("m", reload: true);
            _it.Remove("m", version - 1);
        }

        await stop.CancelAsync();
        Assert.That((await Task.WhenAll(clients)).Sum(), Is.GreaterThan(1000));
        Assert.That(await _it.AnswersAsync("m"), Is.EqualTo(59));
    }

    private sealed class StackOverflowExceptionLike : Exception;
}
