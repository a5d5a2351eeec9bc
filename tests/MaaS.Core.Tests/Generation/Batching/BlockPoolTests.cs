using MaaS.Core.Generation.Batching;

namespace MaaS.Core.Tests.Generation.Batching;

public sealed class BlockPoolTests
{
    [Test]
    public void Take_AllInUse_IsRefusedUntilOneIsReleased()
    {
        using var pool = new BlockPool(64, 2);
        var (first, second) = (pool.Take(), pool.Take());

        Assert.That(pool.Take(), Is.EqualTo(-1));
        pool.Release(first);
        Assert.That((pool.Take(), pool.Available, pool.Used), Is.EqualTo((first, 0, 2)));
        Assert.That(second, Is.Not.EqualTo(first));
    }

    [Test]
    public void Find_KeptBlock_IsSharedAndOutlivesItsUsersUntilRoomIsNeeded()
    {
        using var pool = new BlockPool(64, 2);
        var block = pool.Take();
        pool.Memory(block).Fill(7);
        var content = pool.Keep(block, 0, [1, 2, 3]);

        Assert.That(pool.Find(0, [1, 2, 3], out var found), Is.EqualTo(block));
        Assert.That(found, Is.EqualTo(content));
        Assert.That(pool.Find(content, [1, 2, 3], out _), Is.EqualTo(-1), "another beginning");
        Assert.That(pool.Find(pool.Root("caller"), [1, 2, 3], out _), Is.EqualTo(-1), "another group");
        pool.Release(block);
        pool.Release(block);
        Assert.That((pool.Idle, pool.Used), Is.EqualTo((1, 0)));
        Assert.That(pool.Find(0, [1, 2, 3], out _), Is.EqualTo(block));
        Assert.That(pool.Memory(block).ToArray(), Has.All.EqualTo(7));
        pool.Release(block);

        Assert.That(new[] { pool.Take(), pool.Take() }, Is.EquivalentTo(new[] { 0, 1 }));
        Assert.That(pool.Find(0, [1, 2, 3], out _), Is.EqualTo(-1), "its room was needed");
    }

    [Test]
    public void Take_SeveralIdle_TakesTheOneLongestUnused()
    {
        using var pool = new BlockPool(64, 2);
        var (old, young) = (pool.Take(), pool.Take());
        pool.Keep(old, 0, [1]);
        pool.Keep(young, 0, [2]);
        pool.Release(young);
        pool.Release(old);

        Assert.That(pool.Take(), Is.EqualTo(young), "released first");
        Assert.That(pool.Find(0, [1], out _), Is.EqualTo(old));
    }

    [Test]
    public void Keep_EqualContentTwice_LeadsToTheSameNext()
    {
        using var pool = new BlockPool(64, 3);
        var (first, second) = (pool.Take(), pool.Take());

        var content = pool.Keep(first, 0, [4]);
        Assert.That(pool.Keep(second, 0, [4]), Is.EqualTo(content));
        pool.Release(second);
        Assert.That(pool.Idle, Is.Zero, "the second is free at once");
    }
}
