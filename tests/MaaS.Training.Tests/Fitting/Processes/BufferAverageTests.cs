namespace MaaS.Training.Tests.Fitting.Processes;

public sealed class BufferAverageTests
{
    [Test]
    public void BroadcastAndAverage_OfThreeProcesses_MakeThemEqual()
    {
        Mpirun.Require();
        var lines = Mpirun.Run(3, "buffers");

        Assert.That(lines.Select(static l => l[0]).Distinct().Count(), Is.EqualTo(1));
        Assert.That(lines.Select(static l => l[1]), Is.All.EqualTo("1 1 1"));
        Assert.That(lines.Select(static l => l[2]), Is.All.EqualTo("1 1 1"));
    }
}
