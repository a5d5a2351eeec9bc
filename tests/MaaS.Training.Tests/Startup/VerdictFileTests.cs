using System.Diagnostics;
using MaaS.Training.Startup;

namespace MaaS.Training.Tests.Startup;

public sealed class VerdictFileTests
{
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "sub", "verdicts.txt");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-verdicts").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Update_Twice_KeepsBothAndNoOtherFile()
    {
        var file = new VerdictFile(FilePath);

        Assert.That(file.Update(static v => v with { Right = v.Right.Add("AVX") }));
        Assert.That(file.Update(static v => v with { Right = v.Right.Add("OFF") }));

        Assert.That(new VerdictFile(FilePath).Read().Right, Is.EquivalentTo(new[] { "AVX", "OFF" }));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(FilePath)!), Has.Length.EqualTo(1));
    }

    [Test]
    public void Read_CheckOfThisProcessIsUnderWay_IsNoVerdict()
    {
        var file = new VerdictFile(FilePath);

        Assert.That(file.Begin("AVX2"));

        Assert.That(file.Read().Wrong, Is.Empty);
        Assert.That(file.Read().Trying?.Setting, Is.EqualTo("AVX2"));
    }

    [Test]
    public void Read_TwoProcessesEndedDuringTheirChecks_TheSettingIsWrong()
    {
        using var ended = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        var started = ended.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;
        ended.WaitForExit();
        var file = new VerdictFile(FilePath);

        _ = file.Update(v => v with { Trying = ("DEFAULT", ended.Id, started, 1) });
        Assert.That(file.Read().Wrong, Is.Empty, "one may have been stopped by its user");

        _ = file.Begin("DEFAULT");
        Assert.That(file.Read().Trying?.Attempt, Is.EqualTo(2));
        Assert.That(file.Read().Wrong, Is.Empty, "this process is alive");

        _ = file.Update(v => v with { Trying = ("DEFAULT", ended.Id, started, 2) });
        Assert.That(file.Read().Wrong.Keys, Is.EqualTo(new[] { "DEFAULT" }));
        Assert.That(file.Read().Trying, Is.Null);
    }

    [Test]
    public void Read_AnotherProcessHasTheNumberNow_TheSettingIsWrong()
    {
        var file = new VerdictFile(FilePath);
        _ = file.Update(v => v with { Trying = ("DEFAULT", Environment.ProcessId, 1000, 2) });

        Assert.That(file.Read().Wrong.Keys, Is.EqualTo(new[] { "DEFAULT" }));
    }

    [Test]
    public void Update_PlaceCannotBeWritten_SaysSoAndReadsNothing()
    {
        var blocked = Path.Combine(_folder, "a-file");
        File.WriteAllText(blocked, "");
        var file = new VerdictFile(Path.Combine(blocked, "verdicts.txt"));

        Assert.That(file.Update(static v => v with { Right = v.Right.Add("AVX") }), Is.False);
        Assert.That(file.Read().Right, Is.Empty);
        Assert.That(new VerdictFile(null).Update(static v => v), Is.False);
    }
}
