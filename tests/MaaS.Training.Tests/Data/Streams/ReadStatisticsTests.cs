using MaaS.Training.Data.Streams;

namespace MaaS.Training.Tests.Data.Streams;

public sealed class ReadStatisticsTests
{
    [Test]
    public void Note_TellsOfWaitingAlone()
    {
        Assert.That(new ReadStatistics(100, 0, 10, 0.9).Note, Is.Null);
        Assert.That(new ReadStatistics(100, 0, 10, 3.4).Note, Does.Contain("34 %").And.Contain("workers"));
        Assert.That(new ReadStatistics(0, 0, 0, 0).Note, Is.Null);
    }

    [Test]
    public void ToString_HasRateWaitAndWhatWasLeftOut()
        => Assert.That(new ReadStatistics(1200, 3, 4, 1).ToString(), Is.EqualTo("1200 samples, 300 a second, waited 1.00 s (25 %), 3 left out"));
}
