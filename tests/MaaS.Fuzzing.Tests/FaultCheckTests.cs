using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Tests;

public sealed class FaultCheckTests
{
    [Test]
    public void Of_DocumentedException_IsNoFault()
        => Assert.That(FaultCheck.Of(new Probe(static () => throw new InvalidDataException()), []), Is.Null);

    [Test]
    public void Of_OtherException_IsAFaultThatNamesIt()
        => Assert.That(
            FaultCheck.Of(new Probe(static () => throw new NotSupportedException()), [])?.Key,
            Does.StartWith("NotSupportedException"));

    [Test]
    public void Of_WrongValues_IsAFault()
        => Assert.That(
            FaultCheck.Of(new Probe(static () => throw new FuzzFaultException("other")), [])?.Key,
            Does.StartWith("differs"));

    [Test]
    public void Of_MuchMemory_IsAFault()
        => Assert.That(
            FaultCheck.Of(new Probe(static () => GC.KeepAlive(new byte[FaultCheck.MostBytes + 1])), [])?.Key,
            Is.EqualTo("memory"));

    private sealed class Probe(Action run) : IFuzzHarness
    {
        public string Name => "probe";

        public IReadOnlyList<string> Words => [];

        public IReadOnlyList<byte[]> Seeds() => [[]];

        public bool IsDocumented(Exception exception) => exception is InvalidDataException;

        public void Run(byte[] input) => run();
    }
}
