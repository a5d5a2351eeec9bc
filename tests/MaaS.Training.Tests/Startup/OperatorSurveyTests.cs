using System.Diagnostics;
using System.Text.Json;
using MaaS.Training.Startup;

namespace MaaS.Training.Tests.Startup;

public sealed class OperatorSurveyTests
{
    private static readonly OperatorError Fine = new("conv1d", "3→2 channels", "output", 1e-7, 1e-4);

    [Test]
    public void Choose_SlowerSettingIsAHairFaster_TakesTheFirstThatIsRight()
        => Assert.That(
            OperatorSurvey.Choose([Result("DEFAULT", 1.0), Result("AVX2", 0.9), Result("OFF", 9)]),
            Is.EqualTo("DEFAULT"));

    [Test]
    public void Choose_FastestIsWrong_TakesTheFastestOfTheOthers()
        => Assert.That(
            OperatorSurvey.Choose(
                [Result("DEFAULT", 1.0, 0.3), Result("AVX2", 1.2, double.NaN), Result("AVX", 9), Result("OFF", 2)]),
            Is.EqualTo("OFF"));

    [Test]
    public void Choose_ProcessesFailed_TakesOneThatAnswered()
        => Assert.That(
            OperatorSurvey.Choose(
                [new("DEFAULT", [], null, "the process ended with exit code 134"), Result("AVX2", 2)]),
            Is.EqualTo("AVX2"));

    [Test]
    public void MeasureHere_ThisProcess_IsALineOfJsonWithEveryOperator()
    {
        _ = TorchRuntime.Ensure();

        var line = OperatorSurvey.MeasureHere("DEFAULT", draws: 1);

        Assert.That(line, Does.Not.Contain("\n"));
        var errors = JsonDocument.Parse(line).RootElement.GetProperty("Errors").EnumerateArray()
            .Select(static e => e.GetProperty("Operator").GetString()).Distinct();
        Assert.That(errors, Is.EquivalentTo(OperatorCases.All.Select(static c => c.Operator).Distinct()));
    }

    [Test]
    [Platform("Unix")]
    public async Task RunAsync_ProcessesAnswerDifferently_ReportsEachAndKeepsTheChoice()
    {
        // DEFAULT is wrong, the next process is killed as by heap corruption, AVX2 is right, the others answer no JSON.
        var folder = Directory.CreateTempSubdirectory("maas-survey").FullName;
        try
        {
            var file = new VerdictFile(Path.Combine(folder, "verdicts.txt"));
            string[] settings = ["DEFAULT", "AVX512_CORE", "AVX2", "AVX", "OFF"];
            var (results, chosen) = await OperatorSurvey.RunAsync(setting => Shell(setting switch
            {
                "DEFAULT" => $"echo '{Json(Result(setting, 1, 0.5))}'",
                "AVX512_CORE" => "kill -ABRT $$",
                "AVX2" => $"[ \"$ONEDNN_MAX_CPU_ISA\" = AVX2 ] && echo '{Json(Result(setting, 2))}'",
                _ => "echo no JSON",
            }), settings, file, CancellationToken.None);

            Assert.That(chosen, Is.EqualTo("AVX2"));
            Assert.That(results.Select(static r => r.IsRight), Is.EqualTo(new[] { false, false, true, false, false }));
            Assert.That(results[1].Failure, Does.Contain("exit code 134"));
            var kept = file.Read();
            Assert.That(kept.Choose(settings), Is.EqualTo("AVX2"));
            Assert.That(kept.Wrong.Keys, Is.EquivalentTo(new[] { "DEFAULT", "AVX512_CORE", "AVX" }));
            Assert.That(kept.Wrong["DEFAULT"], Does.Contain("conv1d").And.Contain("off by 5.0e-1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SettingResult Result(string setting, double milliseconds, double error = 1e-7)
        => new(setting, [Fine, Fine with { Result = "input gradient", Error = error }], milliseconds, null);

    private static string Json(SettingResult result) => JsonSerializer.Serialize(result);

    private static ProcessStartInfo Shell(string script) => new("/bin/sh", ["-c", script]);
}
