using MaaS.Training.Startup;

namespace MaaS.Training.Tests.Startup;

/// <summary>A processor that is wrong, in place of this one's.</summary>
public sealed class StartupCheckTests
{
    private static readonly string[] Ladder = ["DEFAULT", "AVX2", "AVX", "OFF"];

    private readonly List<(bool Whole, bool StopAtWrong, string Setting)> _measured = [];
    private string _folder = null!;
    private bool _off;

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("maas-startup").FullName;
        _measured.Clear();
        _off = false;
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Run_NothingIsWrong_SaysNothingAndLooksShortlyNextTime()
    {
        var (setting, errors, message) = Start();
        var second = Start();

        Assert.That((setting, message, second.Message), Is.EqualTo(("DEFAULT", (string?)null, (string?)null)));
        Assert.That(errors, Has.Count.EqualTo(1));
        Assert.That(_measured, Is.EqualTo(new[] { (true, true, "DEFAULT"), (false, true, "DEFAULT") }));
    }

    [Test]
    public void Run_ProcessAfterProcess_EndsAtTheFastestSettingThatIsRight()
    {
        var runs = Enumerable.Range(0, 4).Select(_ => Start("DEFAULT", "AVX2")).ToList();

        Assert.That(runs.Select(static r => r.Setting), Is.EqualTo(new[] { "OFF", "OFF", "AVX", "AVX" }));
        Assert.That(runs[0].Message, Does.Contain("conv1d").And.Contain("off in this process, the next tries AVX2"));
        Assert.That(runs[1].Message, Does.Contain("the next tries AVX."));
        Assert.That(runs[2].Message, Does.Contain("oneDNN is limited to AVX."));
        Assert.That(runs.SelectMany(static r => r.Errors).Any(static e => e.IsWrong), Is.False);
    }

    [Test]
    public void Run_EverySettingOfOneDnnIsWrong_NoLaterProcessRunsOneAgain()
    {
        string[] wrong = ["DEFAULT", "AVX2", "AVX"];
        for (var i = 0; i < wrong.Length; i++)
        {
            Assert.That(Start(wrong).Setting, Is.EqualTo("OFF"));
        }

        _measured.Clear();

        Assert.That(Start(wrong).Setting, Is.EqualTo("OFF"));
        Assert.That(_measured, Is.EqualTo(new[] { (false, false, "OFF") }));
    }

    [Test]
    public void Run_UsersLimitIsWrong_SwitchesOneDnnOff()
    {
        var user = new ProcessSetting("oneDNN", "AVX2", ProcessSetting.FromUser);

        var (setting, _, message) = Start(user, true, "AVX2");

        Assert.That(setting, Is.EqualTo("OFF"));
        Assert.That(message, Does.Contain("oneDNN is off"));
    }

    [Test]
    public void Run_UserSwitchedOneDnnOff_SaysNothing()
    {
        var (setting, _, message) = Start(new ProcessSetting("oneDNN", "OFF", ProcessSetting.FromUser), true);

        Assert.That((setting, message), Is.EqualTo(("OFF", (string?)null)));
        Assert.That(_measured.Select(static m => m.Setting), Is.EqualTo(new[] { "OFF" }));
    }

    [Test]
    public void Run_OneDnnMayHaveBeenUsedBefore_RecordsNothingOfTheSetting()
    {
        var (setting, _, message) = Start(Library("DEFAULT"), false, "DEFAULT");

        Assert.That(setting, Is.EqualTo("OFF"));
        Assert.That(message, Does.Contain("oneDNN is off"));
        Assert.That(Verdicts().Read().Wrong, Is.Empty);
    }

    [Test]
    public void Run_WrongWithoutOneDnnToo_Throws()
    {
        var error = Assert.Throws<TorchNumericsException>(() => Start("DEFAULT", "OFF"))!;

        Assert.That(
            error.Message,
            Does.Contain("conv1d").And.Contain("without oneDNN too").And.Contain("MAAS_TORCH_DEFAULTS=0"));
    }

    [Test]
    public void Run_FolderCannotBeWritten_StillSwitchesOff()
    {
        File.WriteAllText(Path.Combine(_folder, "verdicts.txt.d"), "");
        var file = new VerdictFile(Path.Combine(_folder, "verdicts.txt.d", "x.txt"));
        var check = Check(Library("DEFAULT"), true, file, "DEFAULT");

        var (setting, errors, message) = check.Run();

        Assert.That(setting, Is.EqualTo("OFF"));
        Assert.That(errors.Any(static e => e.IsWrong), Is.False);
        Assert.That(message, Does.Not.Contain("the next tries"));
    }

    private (string Setting, IReadOnlyList<OperatorError> Errors, string? Message) Start(params string[] wrong)
    {
        var choice = Verdicts().Read().Choose(Ladder);
        var source = choice == "DEFAULT" ? ProcessSetting.FromLibrary : ProcessSetting.FromMaaS;
        return Start(new ProcessSetting("oneDNN", choice, source), true, wrong);
    }

    private (string Setting, IReadOnlyList<OperatorError> Errors, string? Message) Start(
        ProcessSetting setting, bool holds, params string[] wrong)
    {
        _off = false;
        return Check(setting, holds, Verdicts(), wrong).Run();
    }

    private StartupCheck Check(ProcessSetting setting, bool holds, VerdictFile verdicts, params string[] wrong) => new()
    {
        OneDnn = setting,
        Holds = holds,
        Ladder = Ladder,
        Verdicts = verdicts,
        SwitchOff = () => _off = true,
        Measure = (cases, stopAtWrong) =>
        {
            var inForce = _off ? "OFF" : setting.Value;
            _measured.Add((cases.Count == OperatorCases.All.Count, stopAtWrong, inForce));
            var error = wrong.Contains(inForce) ? 0.3 : 1e-7;
            return [new OperatorError("conv1d", "3→2 channels", "input gradient", error, 1e-4)];
        },
    };

    private VerdictFile Verdicts() => new(Path.Combine(_folder, "verdicts.txt"));

    private static ProcessSetting Library(string value) => new("oneDNN", value, ProcessSetting.FromLibrary);
}
