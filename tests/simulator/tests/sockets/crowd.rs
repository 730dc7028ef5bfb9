//! Many followers at once, and chaos.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{World, start};

/// One follow as far as it got: its whole states, and whether it was cut.
async fn follow(authority: &str, id: &str) -> (Vec<Value>, bool) {
    let mut socket = TcpStream::connect(authority).await.unwrap();
    let request = format!(
        "GET /auth/connections/{id}/events HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         authorization: Bearer sk_test\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = socket.read(&mut buffer).await {
        received.extend_from_slice(&buffer[..count]);
    }
    let text = String::from_utf8(received).unwrap();
    let whole = text.ends_with("0\r\n\r\n") && text.starts_with("HTTP/1.1 200");
    let states = text
        .split("\n\n")
        .filter_map(|block| block.rsplit_once("data: "))
        .filter_map(|(_, data)| serde_json::from_str(data).ok());
    (states.collect(), !whole)
}

/// Follows until the end; a state that came before is not counted again.
async fn follow_to_the_end(authority: String, id: String) -> (Vec<Value>, usize) {
    let mut states: Vec<Value> = Vec::new();
    let mut cuts = 0;
    loop {
        let (seen, cut) = follow(&authority, &id).await;
        for state in seen {
            if !states.contains(&state) {
                states.push(state);
            }
        }
        if !cut {
            return (states, cuts);
        }
        cuts += 1;
        assert!(cuts < 200, "it never ends");
    }
}

fn chain(length: usize) -> Value {
    let steps: Vec<_> = (0..length)
        .map(|_| json!({"discover": {"ms": 1}}))
        .collect();
    json!({ "steps": steps })
}

fn run(world: &World, ids: &[String]) -> Vec<(Vec<Value>, usize)> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (_, authority) = world.base_url.split_once("://").unwrap();
        let followers: Vec<_> = ids
            .iter()
            .map(|id| tokio::spawn(follow_to_the_end(authority.to_owned(), id.clone())))
            .collect();
        let mut all = Vec::new();
        for follower in followers {
            all.push(follower.await.unwrap());
        }
        all
    })
}

fn crowd(simulator: &kernel_simulator::Simulator, count: usize, seed: u64) -> (World, Vec<String>) {
    let ids: Vec<_> = (0..count).map(|number| format!("ma_{number}")).collect();
    let connections: Vec<_> = ids
        .iter()
        .map(|id| json!({"id": id, "script": "chain", "flow": "running"}))
        .collect();
    let world = World::open(
        simulator,
        &json!({
            "pace": 1, "chaos": {"seed": seed, "percent": 40}, "scripts": {"chain": chain(6)},
            "connections": connections,
        }),
    );
    (world, ids)
}

#[test]
fn five_hundred_followers_see_every_state_through_chaos() {
    let simulator = start();
    let (world, ids) = crowd(&simulator, 500, 7);
    let seen = run(&world, &ids);
    let state = world.state("wait_idle=1");
    let mut cuts = 0;
    for (connection, (states, cut)) in state["connections"].as_array().unwrap().iter().zip(seen) {
        assert_eq!(connection["states"], json!(states), "{}", connection["id"]);
        assert_eq!(states.len(), 7);
        cuts += cut;
    }
    assert!(cuts > 500, "{cuts} cuts are hardly chaos");
}

#[test]
fn the_seed_decides_where_chaos_strikes() {
    let simulator = start();
    let cuts = |seed: u64| -> Vec<usize> {
        let (world, ids) = crowd(&simulator, 20, seed);
        run(&world, &ids)
            .into_iter()
            .map(|(_, cuts)| cuts)
            .collect()
    };
    assert_eq!(cuts(1), cuts(1));
    assert_ne!(cuts(1), cuts(2));
}

#[test]
fn chaos_has_its_limits() {
    let simulator = start();
    let connections = json!([{"id": "ma_1", "script": chain(3), "flow": "running"}]);
    for (cuts, least, most) in [(0, 0, 0), (1, 2, 4), (3, 6, 12)] {
        let chaos = json!({"seed": 3, "percent": 100, "cuts": cuts});
        let world = World::open(
            &simulator,
            &json!({"pace": 1, "chaos": chaos, "connections": connections}),
        );
        let (states, found) = run(&world, &["ma_1".to_owned()]).pop().unwrap();
        assert_eq!(states.len(), 4);
        assert!(
            (least..=most).contains(&found),
            "{found} cuts are not {least} to {most}"
        );
    }
}
