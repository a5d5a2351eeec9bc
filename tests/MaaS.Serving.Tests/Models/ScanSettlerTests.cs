using MaaS.Serving.Models;

namespace MaaS.Serving.Tests.Models;

public sealed class ScanSettlerTests
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private FakeTime _time = null!;
    private ScanSettler _settler = null!;

    [SetUp]
    public void MakeSettler()
    {
        _time = new FakeTime();
        _settler = new ScanSettler(Settle, _time);
    }

    [Test]
    public void Accept_GrowingFile_WaitsUntilItStaysAsItIs()
    {
        Assert.That(Fingerprints(Accept(Source("10"))), Is.Empty);
        _time.Advance(Settle);
        Assert.That(Fingerprints(Accept(Source("20"))), Is.Empty, "it has grown meanwhile");
        Assert.That(_settler.IsSettled, Is.False);
        _time.Advance(Settle);
        Assert.That(Fingerprints(Accept(Source("20"))), Is.EqualTo(new[] { "20" }));
        Assert.That(_settler.IsSettled);
    }

    [Test]
    public void Accept_ReplacedFile_KeepsTheOldOneUntilTheNewOneIsWhole()
    {
        _settler.Accept(Scan(Source("10")), atOnce: true);

        Assert.That(Fingerprints(Accept()), Is.EqualTo(new[] { "10" }), "deleted just now, perhaps to be replaced");
        Assert.That(Fingerprints(Accept(Source("5"))), Is.EqualTo(new[] { "10" }));
        _time.Advance(Settle);
        Assert.That(Fingerprints(Accept(Source("5"))), Is.EqualTo(new[] { "5" }));
    }

    [Test]
    public void Accept_DeletedFile_GoesAfterAWhile()
    {
        _settler.Accept(Scan(Source("10")), atOnce: true);
        Accept();
        _time.Advance(Settle);

        Assert.That(Fingerprints(Accept()), Is.Empty);
    }

    [Test]
    public void Accept_UnreadableFile_KeepsWhatWasThere()
    {
        _settler.Accept(Scan(Source("10")), atOnce: true);
        var broken = new ModelScan(
            [], new Dictionary<string, IReadOnlyDictionary<string, long>>(),
            [new("a", "/m/a.maas", new InvalidDataException("half"))]);

        Assert.That(_settler.Accept(broken).Unreadable, Is.Empty, "it may be half-written");
        _time.Advance(Settle);
        var accepted = _settler.Accept(broken);
        Assert.That(Fingerprints(accepted), Is.EqualTo(new[] { "10" }));
        Assert.That(accepted.Unreadable, Has.Count.EqualTo(1));
    }

    private static IEnumerable<string> Fingerprints(ModelScan scan) => scan.Sources.Select(s => s.Fingerprint);

    private static ModelSource Source(string fingerprint)
        => new("a", 1, "/m/a.maas", SourceKind.Package, fingerprint, 1);

    private static ModelScan Scan(params ModelSource[] sources)
        => new(sources, new Dictionary<string, IReadOnlyDictionary<string, long>>(), []);

    private ModelScan Accept(params ModelSource[] sources) => _settler.Accept(Scan(sources));
}
